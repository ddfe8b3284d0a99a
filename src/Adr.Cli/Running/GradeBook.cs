using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Adr.Kernel.Assignments;
using CsvHelper;

namespace Adr.Cli;

/// <summary>A submission that was graded, as it is kept.</summary>
/// <param name="Student">Whose it is: the name of a folder.</param>
/// <param name="Assignment">The assignment.</param>
/// <param name="Timestamp">When it was handed in, in UTC.</param>
/// <param name="Key">By which to know whether the submission or the assignment have changed since.</param>
/// <param name="Graded">Its points.</param>
public sealed record KeptGrade(
    string Student, string Assignment, string Timestamp, string Key, GradedSubmission Graded);

/// <summary>The grades of a course: a folder for each assignment and student, and tables of all.</summary>
/// <param name="folder">The folder.</param>
public sealed class GradeBook(string folder)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The table of all grades, with nbgrader's columns.</summary>
    public string Csv => Path.Combine(folder, "grades.csv");

    /// <summary>The folder of a submission.</summary>
    public string FolderOf(string student, string assignment) => Path.Combine(folder, assignment, student);

    /// <summary>What is kept of a submission; null if nothing is.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public KeptGrade? Find(string student, string assignment)
    {
        var path = ResultOf(student, assignment);
        return File.Exists(path) ? Read(path) : null;
    }

    /// <summary>Keeps a grade.</summary>
    public void Keep(KeptGrade grade)
    {
        ArgumentNullException.ThrowIfNull(grade);
        AtomicFile.Write(ResultOf(grade.Student, grade.Assignment), JsonSerializer.Serialize(grade, Indented) + "\n");
    }

    /// <summary>Writes the tables of all grades that are kept.</summary>
    /// <param name="students">Their names, by id.</param>
    /// <param name="marks">What people have given, by assignment, student and cell. It counts instead of what a check
    /// gave.</param>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public void WriteTables(
        IReadOnlyDictionary<string, StudentName> students, IReadOnlyDictionary<(string, string, string), double> marks)
    {
        ArgumentNullException.ThrowIfNull(students);
        var all = Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories).Select(Read)
            .Select(grade => WithMarks(grade, marks))
            .OrderBy(grade => grade.Assignment, StringComparer.Ordinal)
            .ThenBy(grade => grade.Student, StringComparer.Ordinal).ToList();
        AtomicFile.Write(Path.Combine(folder, "grades.json"), JsonSerializer.Serialize(all, Indented) + "\n");
        using var text = new StringWriter { NewLine = "\n" };
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture))
        {
            string[] columns =
            [
                "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
                "late_submission_penalty", "score", "max_score",
            ];
            Write(csv, columns);
            foreach (var grade in all)
            {
                var name = students.GetValueOrDefault(grade.Student, new StudentName("", "", "", ""));
                var score = Number(grade.Graded.Score);
                Write(csv,
                [
                    grade.Assignment, "", grade.Timestamp, grade.Student, name.LastName, name.FirstName, name.Email,
                    score, "0.0", score, Number(grade.Graded.Max),
                ]);
            }
        }
        AtomicFile.Write(Csv, text.ToString());
    }

    private string ResultOf(string student, string assignment) =>
        Path.Combine(FolderOf(student, assignment), "result.json");

    private static KeptGrade WithMarks(KeptGrade grade, IReadOnlyDictionary<(string, string, string), double> marks) =>
        grade with
        {
            Graded = grade.Graded with
            {
                Cells = [.. grade.Graded.Cells.Select(cell =>
                    marks.TryGetValue((grade.Assignment, grade.Student, cell.Id), out var points)
                        ? cell with { Points = points, Verdict = Verdict.ByHand }
                        : cell)],
            },
        };

    private static void Write(CsvWriter csv, IEnumerable<string> fields)
    {
        foreach (var field in fields) csv.WriteField(field);
        csv.NextRecord();
    }

    private static string Number(double value) => value.ToString("0.0##", CultureInfo.InvariantCulture);

    private static KeptGrade Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<KeptGrade>(File.ReadAllText(path), Indented)
                ?? throw new InvalidDataException($"{path} is damaged: it is null. Delete it to grade again.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{path} is damaged: {problem.Message} Delete it to grade again.", problem);
        }
    }
}

/// <summary>The name of a student, from a table with these columns.</summary>
/// <param name="StudentId">The name of the student's folder.</param>
/// <param name="LastName">The last name.</param>
/// <param name="FirstName">The first name.</param>
/// <param name="Email">The address.</param>
public sealed record StudentName(string StudentId, string LastName, string FirstName, string Email);
