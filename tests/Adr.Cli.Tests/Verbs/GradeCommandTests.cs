using Adr.Kernel.Assignments;
using Adr.Kernel.Notebooks;

namespace Adr.Cli.Tests;

public sealed class GradeCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr grade ").FullName;

    public GradeCommandTests()
    {
        var notebook = Notebook.Create();
        notebook.Add(Marked(new("answer") { IsAnswer = true }, Cell.Code(
            "int Twice(int n)\n{\n    // BEGIN SOLUTION\n    return 2 * n;\n    // END SOLUTION\n}")));
        notebook.Add(Marked(new("check") { Points = 3, IsLocked = true }, Cell.Code(
            "if (Twice(2) != System.IO.File.ReadAllText(\"four.txt\").Length) throw new Exception(\"no\");")));
        notebook.Add(Marked(new("text") { Points = 1.5, IsAnswer = true }, Cell.Markdown("Because.")));
        Directory.CreateDirectory(At("course/source/01"));
        notebook.Save(At("course/source/01/01.ipynb"));
        File.WriteAllText(At("course/source/01/four.txt"), "four");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_handed_out_and_handed_in_is_graded_once()
    {
        var (code, output, errors) = Run("assign", "--source", "course/source");
        Assert.True(code == ExitCode.Fine, errors);
        Assert.StartsWith("01: 4.5 points, 2 answers, 1 checks", output);
        Assert.True(File.Exists(At("course/release/01/four.txt")));
        Submit("ann", cell => cell.Replace("throw new System.NotImplementedException();", "return n + n;"));
        Submit("bob, jr", cell => cell);
        Submit("cid", _ => "{");
        Directory.CreateDirectory(At("in/cid/09"));
        File.Copy(At("in/cid/01/01.ipynb"), At("in/cid/09/09.ipynb"));
        File.WriteAllText(At("names.csv"), "student_id,last_name,first_name,email\nann,Lee,Ann,\"ann@x,y\"\n");
        File.WriteAllText(At("marks.csv"), "assignment,student_id,grade_id,points\n01,ann,text,1\n");
        string[] grade = ["grade", "in", "--source", "course/source", "-o", "out", "--students", "names.csv"];

        (code, output, errors) = Run([.. grade, "--parallel", "2"]);

        Assert.True(code == ExitCode.Fine, errors);
        Assert.Contains("09.ipynb is left out: there is no assignment 09", errors);
        Assert.Contains("01  ann: 3 of 4.5 points\n", output);
        Assert.Contains("01  bob, jr: 0 of 4.5 points\n", output);
        Assert.Contains("01  cid: 0 of 4.5 points\n", output);
        Assert.Contains("cannot be read", File.ReadAllText(At("out/01/cid/feedback.html")));
        Assert.Equal(Sandbox.Missing is not null, errors.Contains("NOT isolated"));
        Assert.Contains("3 of 4.5 points", File.ReadAllText(At("out/01/ann/feedback.html")));
        Submit("cid", cell => cell.Replace("throw new System.NotImplementedException();", "return 4;"));

        (code, output, errors) = Run([.. grade, "--marks", "marks.csv"]);

        Assert.True(code == ExitCode.Fine, errors);
        Assert.Contains("01  ann: 3 of 4.5 points, as before\n", output);
        Assert.Contains("01  cid: 3 of 4.5 points\n", output);
        var rows = File.ReadAllLines(At("out/grades.csv"));
        Assert.Equal("assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
            + "late_submission_penalty,score,max_score", rows[0]);
        Assert.Matches("^01,,[-0-9: ]+,ann,Lee,Ann,\"ann@x,y\",4.0,0.0,4.0,4.5$", rows[1]);
        Assert.Matches("^01,,[-0-9: ]+,\"bob, jr\",,,,0.0,0.0,0.0,4.5$", rows[2]);
        Assert.Equal(4, rows.Length);
    }

    [Theory]
    [InlineData("There is no file or folder nowhere", "nowhere")]
    [InlineData("There is no notebook such as STUDENT/02/02.ipynb", "empty")]
    [InlineData("There is no assignment 07", "in/ann/07/07.ipynb")]
    [InlineData("expected STUDENT/02/02.ipynb", "stray.ipynb")]
    [InlineData("--memory 5: expected MiB", "in", "--memory", "5")]
    [InlineData("--parallel 0: expected a number", "in", "--parallel", "0")]
    [InlineData("--marks bad.csv: ", "in/ann/01/01.ipynb", "--marks", "bad.csv")]
    [InlineData("01, ann, text, 2: expected 0 to 1.5 points", "in/ann/01/01.ipynb", "--marks", "01,ann,text,2")]
    [InlineData("01, ann, text, NaN: expected 0 to", "in/ann/01/01.ipynb", "--marks", "01,ann,text,NaN")]
    [InlineData("01, ann, text, 1: it is there twice", "in/ann/01/01.ipynb", "--marks", "01,ann,text,1\n01,ann,text,1")]
    [InlineData("no graded cell setup", "in/ann/01/01.ipynb", "--marks", "01,ann,setup,1")]
    [InlineData("01, bob, text, 1: it was not handed in", "in/ann/01/01.ipynb", "--marks", "01,bob,text,1")]
    [InlineData("there is no assignment 02", "in/ann/01/01.ipynb", "--marks", "02,ann,text,1")]
    [InlineData("ann is there twice", "in/ann/01/01.ipynb", "--students", "ann,,,\nann,,,")]
    public void What_cannot_be_graded_is_refused_before_anything_runs(string fault, params string[] arguments)
    {
        Submit("ann", cell => cell);
        Directory.CreateDirectory(At("empty"));
        Directory.CreateDirectory(At("in/ann/07"));
        File.Copy(At("in/ann/01/01.ipynb"), At("in/ann/07/07.ipynb"));
        File.Copy(At("in/ann/01/01.ipynb"), At("stray.ipynb"));
        File.WriteAllText(At("bad.csv"), "a,b\n1,2\n");
        if (arguments[^1].Contains(','))
        {
            var columns = arguments[^2] == "--marks"
                ? "assignment,student_id,grade_id,points" : "student_id,last_name,first_name,email";
            File.WriteAllText(At("given.csv"), $"{columns}\n{arguments[^1]}\n");
            arguments[^1] = "given.csv";
        }
        var (code, output, errors) = Run(["grade", .. arguments, "--source", "course/source", "-o", "out"]);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.StartsWith("adr: ", errors);
        Assert.Contains(fault, errors);
        Assert.False(Directory.Exists(At("out")));
    }

    [Theory]
    [InlineData("There is no assignment 09 in course/source. Assignments: 01.", "09")]
    [InlineData("There is no folder nowhere", "--source", "nowhere")]
    [InlineData("There is no assignment, such as 01/01.ipynb, in in.", "--source", "in")]
    public void An_assignment_that_is_not_there_is_named(string fault, params string[] arguments)
    {
        Directory.CreateDirectory(At("in"));
        string[] source = arguments.Contains("--source") ? [] : ["--source", "course/source"];
        var (code, _, errors) = Run(["assign", .. arguments, .. source]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(fault, errors);
    }

    private static Cell Marked(GradingMark mark, Cell cell)
    {
        mark.WriteTo(cell);
        return cell;
    }

    private void Submit(string student, Func<string, string> change)
    {
        var path = At($"in/{student}/01/01.ipynb");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var release = Assignment.Load(At("course/source/01/01.ipynb")).Release(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, change(release.ToJson()));
    }

    private string At(string path) => Path.Combine(folder, path);

    private (int Code, string Output, string Errors) Run(params string[] arguments) =>
        CommandLine.Run(arguments, folder);
}
