using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Adr.Kernel.Assignments;
using Adr.Kernel.Engine;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Native;
using CsvHelper;
using CsvHelper.Configuration;
using Spectre.Console;

namespace Adr.Cli;

/// <summary><c>adr grade</c>: runs submitted assignments and counts the checks that hold.</summary>
public static class GradeCommand
{
    private static readonly Argument<string[]> Submitted = new("SUBMITTED")
    {
        Description = "Submitted notebooks, STUDENT/02/02.ipynb, or folders of them.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Source = AssignCommand.Source();

    private static readonly Option<string?> Output = new("-o", "--output")
    {
        Description = "The folder for grades.csv, grades.json and the students' pages. Default: artifacts/grades.",
        HelpName = "FOLDER",
    };

    private static readonly Option<string?> Students = new("--students")
    {
        Description = "A CSV file with the columns student_id, last_name, first_name and email.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Marks = new("--marks")
    {
        Description = "A CSV file with what people gave: the columns assignment, student_id, grade_id and points.",
        HelpName = "FILE",
    };

    private static readonly Option<int> Parallel = new("--parallel")
    {
        Description = "How many submissions run at once. Default: the number of cores.",
        HelpName = "COUNT",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private static readonly Option<TimeSpan?> CellTimeout =
        Options.Seconds("--timeout", "The time limit of a cell. Default: 60.");

    private static readonly Option<TimeSpan?> RunTimeout =
        Options.Seconds("--run-timeout", "The time limit of a submission. Default: 900.");

    private static readonly Option<int> Memory = new("--memory")
    {
        Description = "The memory that a submission may use, in MiB. Default: 4096.",
        HelpName = "MIB",
        DefaultValueFactory = _ => new GradingLimits().Memory,
    };

    private static readonly Option<bool> Again = new("--again")
    {
        Description = "Grades also what has not changed since it was graded.",
    };

    private static readonly Option<bool> NoSandbox = new("--no-sandbox")
    {
        Description = "Runs submissions as this user, without bubblewrap. For submissions that you trust.",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("grade", "Runs submitted assignments, each in a sandbox, and writes their grades.")
        {
            Submitted, Source, Output, Students, Marks, Parallel, CellTimeout, RunTimeout, Memory, Again, NoSandbox,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var (parallel, memory) = (parsed.GetValue(Parallel), parsed.GetValue(Memory));
        if (parallel < 1) throw new UsageException($"--parallel {parallel}: expected a number of submissions, from 1.");
        if (memory < 256) throw new UsageException($"--memory {memory}: expected MiB, from 256.");
        var source = parsed.GetRequiredValue(Source);
        var found = parsed.GetRequiredValue(Submitted).SelectMany(HandedIn.Find).Distinct().ToList();
        if (found.Count == 0)
            throw new UsageException("There is no notebook such as STUDENT/02/02.ipynb in what was named.");
        var doubled = found.GroupBy(one => (one.Student, one.Assignment)).FirstOrDefault(same => same.Count() > 1);
        if (doubled is not null)
            throw new UsageException($"{doubled.Key.Student} has handed in {doubled.Key.Assignment} twice: "
                + $"{string.Join(", ", doubled.Select(one => one.Path))}.");
        var assignments = found.Select(one => one.Assignment).Distinct().Order(StringComparer.Ordinal)
            .Where(name => AssignCommand.Has(source, name))
            .ToDictionary(name => name, name => AssignCommand.Load(source, name));
        var unknown = found.Where(one => !assignments.ContainsKey(one.Assignment)).ToList();
        if (unknown.Count == found.Count)
            throw new UsageException($"There is no assignment {unknown[0].Assignment} in {source}, of which "
                + $"{unknown[0].Path} would be. --source names another folder.");
        foreach (var one in unknown)
            await Console.Error.WriteLineAsync($"adr: {one.Path} is left out: there is no assignment {one.Assignment}");
        found.RemoveAll(unknown.Contains);
        var names = Names(parsed.GetValue(Students));
        var output = parsed.GetValue(Output) ?? Repository.Artifact("grades");
        var book = new GradeBook(output);
        var marks = Given(parsed.GetValue(Marks), source, (student, assignment) =>
            found.Any(one => (one.Student, one.Assignment) == (student, assignment))
                || book.Find(student, assignment) is not null);
        var isIsolated = !parsed.GetValue(NoSandbox) && Sandbox.Missing is null;
        if (!isIsolated)
            await Console.Error.WriteLineAsync("adr: submissions are NOT isolated: they run as you, with your files "
                + $"and your network. {(parsed.GetValue(NoSandbox) ? "(--no-sandbox)" : Sandbox.Missing)}");

        await LibtorchPackage.TryFindAsync();
        var folders = Environment.GetEnvironmentVariable(NativeTorch.FoldersVariable);
        var engine = EngineCommand.ForHost(typeof(GradeCommand).Assembly.Location) with
        {
            Environment = folders is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { [NativeTorch.FoldersVariable] = folders },
        };
        string[] readable = [Repository.Artifact("notebook"), .. folders?.Split(Path.PathSeparator) ?? []];
        var defaults = new GradingLimits();
        var grader = new Grader(engine, readable, defaults with
        {
            Cell = parsed.GetValue(CellTimeout) ?? defaults.Cell,
            Run = parsed.GetValue(RunTimeout) ?? defaults.Run,
            Memory = memory,
        }, isIsolated);
        using var signals = new TerminationSignals();
        var code = await GradeAsync(found, assignments, grader, book, parallel, parsed.GetValue(Again), signals.Token);
        Directory.CreateDirectory(output);
        book.WriteTables(names, marks);
        Summarise(found, book);
        Console.WriteLine(book.Csv);
        return code;
    }

    private static async Task<int> GradeAsync(
        List<HandedIn> found, Dictionary<string, Assignment> assignments, Grader grader, GradeBook book, int parallel,
        bool again, CancellationToken stop)
    {
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = stop };
        try
        {
            await System.Threading.Tasks.Parallel.ForEachAsync(found, options, async (one, token) =>
            {
                var assignment = assignments[one.Assignment];
                var key = Key(one, assignment);
                var kept = again ? null : book.Find(one.Student, one.Assignment);
                var isKept = kept?.Key == key;
                var graded = isKept ? kept!.Graded : await GradeOneAsync(one, assignment, grader, book, key, token);
                var number = Interlocked.Increment(ref done);
                Console.WriteLine($"{number}/{found.Count}  {one.Assignment}  {one.Student}: {graded.Score:0.##} of "
                    + $"{graded.Max:0.##} points{(isKept ? ", as before" : "")}");
            });
            return ExitCode.Fine;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("adr: stopped. The same command goes on where it was.");
            return ExitCode.Interrupted;
        }
    }

    private static async Task<GradedSubmission> GradeOneAsync(
        HandedIn one, Assignment assignment, Grader grader, GradeBook book, string key, CancellationToken stop)
    {
        var (graded, executed) = await grader.GradeAsync(assignment, one.Path, stop);
        var folder = Directory.CreateDirectory(book.FolderOf(one.Student, one.Assignment)).FullName;
        HtmlExporter.Save(Grader.Feedback(executed, graded), Path.Combine(folder, "feedback.html"), new HtmlOptions
        {
            Title = $"{one.Assignment}: {one.Student}", Scripts = false, // what students wrote
        });
        book.Keep(new KeptGrade(one.Student, one.Assignment, one.Timestamp, key, graded)); // last: now it is graded
        return graded;
    }

    private static string Key(HandedIn one, Assignment assignment)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(assignment.Folder).Order(StringComparer.Ordinal).Append(one.Path))
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Summarise(List<HandedIn> found, GradeBook book)
    {
        var table = new Table().AddColumns("assignment", "graded", "mean points", "of", "by hand");
        foreach (var group in found.GroupBy(one => one.Assignment).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var grades = group.Select(one => book.Find(one.Student, one.Assignment)).OfType<KeptGrade>().ToList();
            if (grades.Count == 0) continue;
            table.AddRow(
                Markup.Escape(group.Key),
                $"{grades.Count}/{group.Count()}",
                grades.Average(grade => grade.Graded.Score).ToString("0.0", CultureInfo.InvariantCulture),
                grades[0].Graded.Max.ToString("0.##", CultureInfo.InvariantCulture),
                $"{grades.Sum(grade => grade.Graded.Cells.Count(cell => cell.Verdict == Verdict.ByHand))}");
        }
        Terminal.Output().Write(table);
    }

    private static Dictionary<string, StudentName> Names(string? path)
    {
        var names = new Dictionary<string, StudentName>(StringComparer.Ordinal);
        foreach (var one in Rows<StudentName>(path, "--students"))
            if (!names.TryAdd(one.StudentId, one))
                throw new UsageException($"--students {path}: {one.StudentId} is there twice.");
        return names;
    }

    private static Dictionary<(string, string, string), double> Given(
        string? path, string source, Func<string, string, bool> hasHandedIn)
    {
        var marks = new Dictionary<(string, string, string), double>();
        foreach (var one in Rows<GivenPoints>(path, "--marks"))
        {
            var fault = !AssignCommand.Has(source, one.Assignment) ? $"there is no assignment {one.Assignment}"
                : !hasHandedIn(one.StudentId, one.Assignment) ? "it was not handed in"
                : AssignCommand.Load(source, one.Assignment).Marks.FirstOrDefault(mark => mark.Id == one.GradeId)
                    is not { Points: { } most } ? $"the assignment has no graded cell {one.GradeId}"
                : !(one.Points >= 0 && one.Points <= most) ? $"expected 0 to {Number(most)} points"
                : !marks.TryAdd((one.Assignment, one.StudentId, one.GradeId), one.Points) ? "it is there twice"
                : null;
            if (fault is not null)
                throw new UsageException($"--marks {path}: {one.Assignment}, {one.StudentId}, {one.GradeId}, "
                    + $"{Number(one.Points)}: {fault}.");
        }
        return marks;
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static List<T> Rows<T>(string? path, string option)
    {
        if (path is null) return [];
        try
        {
            using var reader = new StreamReader(path);
            using var csv = new CsvReader(reader, new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                PrepareHeaderForMatch = header =>
                    header.Header.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant(),
            });
            return [.. csv.GetRecords<T>()];
        }
        catch (Exception problem) when (problem is CsvHelperException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} {path}: {problem.Message.Split('\n')[0].Trim()}");
        }
    }

    /// <summary>Points that a person gave.</summary>
    private sealed record GivenPoints(string Assignment, string StudentId, string GradeId, double Points);
}

/// <summary>A notebook that was handed in.</summary>
/// <param name="Student">Whose it is.</param>
/// <param name="Assignment">Which assignment it is of.</param>
/// <param name="Path">The file.</param>
internal sealed record HandedIn(string Student, string Assignment, string Path)
{
    /// <summary>When: the text of timestamp.txt beside it, as nbgrader leaves it, or the time of the file.</summary>
    internal string Timestamp
    {
        get
        {
            var file = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "timestamp.txt");
            return File.Exists(file)
                ? File.ReadLines(file).FirstOrDefault("").Trim()
                : File.GetLastWriteTimeUtc(Path).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The notebooks STUDENT/NAME/NAME.ipynb at a path: one of them, or a folder that holds some.</summary>
    /// <exception cref="UsageException">There is nothing at the path, or a file that is none.</exception>
    internal static IEnumerable<HandedIn> Find(string path)
    {
        if (File.Exists(path))
            return Of(path) is { } one ? [one] : throw new UsageException(
                $"{path}: expected STUDENT/02/02.ipynb, a notebook in a folder of its name in its student's folder.");
        if (!Directory.Exists(path)) throw new UsageException($"There is no file or folder {path}.");
        return Directory.EnumerateFiles(path, "*.ipynb", new EnumerationOptions
        {
            RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.ReparsePoint,
        }).Order(StringComparer.Ordinal).Select(Of).OfType<HandedIn>();
    }

    private static HandedIn? Of(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        var folder = System.IO.Path.GetDirectoryName(path)!;
        return System.IO.Path.GetFileName(folder) == name
            && System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(folder)) is { Length: > 0 } student
                ? new(student, name, path)
                : null;
    }
}
