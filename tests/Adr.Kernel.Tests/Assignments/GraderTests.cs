using Adr.Kernel.Assignments;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Assignments;

public static class GraderTests
{
    [Fact]
    public static async Task Right_answers_earn_all_points_and_what_was_handed_out_none()
    {
        using var sample = new SampleAssignment();
        var submitted = sample.Submit(("answer", "int Twice(int n) => 2 * n;"), ("text", "So."));
        var right = await GradeAsync(sample, submitted);
        Assert.Equal(
            [new("check", 3, 3, Verdict.Passed, "", 0), new("text", null, 2, Verdict.ByHand, "", 0)],
            right.Graded.Cells.Select(cell => cell with { Seconds = 0 }));
        Assert.Equal((3.0, 5.0, 0), (right.Graded.Score, right.Graded.Max, right.Graded.Remarks.Count));
        Assert.Empty(right.Executed.Cells.SelectMany(cell => cell.Outputs)); // the checks' last values are gone

        var empty = await GradeAsync(sample, sample.Submit());
        Assert.Equal([0.0, 0.0], empty.Graded.Cells.Select(cell => cell.Points));
        Assert.StartsWith("System.NotImplementedException", empty.Graded.Cells[0].Message);
        Assert.Equal("There is no answer.", empty.Graded.Cells[1].Message);
    }

    // Each answer tries something else, and costs the points of its own check alone.
    [Fact]
    public static async Task An_answer_costs_its_own_points_alone_whatever_it_does()
    {
        (string Id, string Answer, string Message)[] attempts =
        [
            ("good", "=> 1;", ""),
            ("wrong", "=> 2;", "System.Exception: wrong"),
            ("exits", "{ Environment.Exit(0); return 1; }", "ended in the middle of the cell"),
            ("kills", "{ System.Diagnostics.Process.GetCurrentProcess().Kill(); return 1; }", "SIGKILL"),
            ("loops", "{ while (true) { } }", "ran longer than its 6 s"),
            ("stubborn", "{ while (true) try { Task.Delay(-1).Wait(); } catch { } }", "ran longer than its 6 s"),
            ("prints", "{ Console.WriteLine(\"Passed: 12 of 12\"); return 2; }", "System.Exception: prints"),
            ("throws", "{ throw new OperationCanceledException(); }", "OperationCanceledException"),
            ("last", "=> 1;", ""),
        ];
        using var sample = new SampleAssignment(attempts.Select(one => one.Id));
        var answers = attempts.Select(one => (one.Id, $"int {one.Id}() {one.Answer}"));

        var (graded, _) = await GradeAsync(sample, sample.Submit([.. answers]));

        Assert.Equal(
            attempts.Select(one => one.Message.Length == 0 ? Verdict.Passed : Verdict.Failed),
            graded.Cells.Select(cell => cell.Verdict));
        Assert.All(attempts.Zip(graded.Cells), pair => Assert.Contains(pair.First.Message, pair.Second.Message));
    }

    [Fact]
    public static async Task The_time_of_a_submission_and_a_notebook_that_is_none_are_told()
    {
        using var sample = new SampleAssignment();
        var slow = sample.Submit(("answer", "System.Threading.Thread.Sleep(-1);"));
        var (graded, _) = await GradeAsync(sample, slow, new GradingLimits { Run = TimeSpan.FromSeconds(5) });
        Assert.Equal(Verdict.NotRun, graded.Cells[0].Verdict);
        Assert.Contains("The run took longer than its 5 s", Assert.Single(graded.Remarks));

        File.WriteAllText(slow, "{");
        (graded, _) = await GradeAsync(sample, slow);
        Assert.Equal((0.0, 5.0), (graded.Score, graded.Max));
        Assert.Contains("is not JSON", Assert.Single(graded.Remarks));
    }

    [Fact]
    public static async Task A_page_for_the_student_has_the_points_and_no_hidden_check()
    {
        using var sample = new SampleAssignment();
        var (graded, executed) = await GradeAsync(sample, sample.Submit(("answer", "int Twice(int n) => 6;")));
        var page = Grader.Feedback(executed, graded);
        Assert.StartsWith("# 0 of 5 points", page.Cells[0].Source);
        Assert.Contains(@"not 14", page.Cells[0].Source);
        Assert.All(page.Cells, cell => Assert.DoesNotContain("Twice(7)", cell.Source));
    }

    private static Task<(GradedSubmission Graded, Notebook Executed)> GradeAsync(
        SampleAssignment sample, string submitted, GradingLimits? limits = null) =>
        new Grader(EngineCommand.Default, [], limits ?? new() { Cell = TimeSpan.FromSeconds(6) }, isIsolated: false)
            .GradeAsync(sample.Assignment, submitted);
}
