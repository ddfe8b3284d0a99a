using System.Text.Json.Nodes;
using Adr.Kernel.Assignments;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Assignments;

public sealed class RestoredSubmissionTests : IDisposable
{
    private readonly SampleAssignment sample = new();

    public void Dispose() => sample.Dispose();

    [Fact]
    public void Answers_and_own_cells_stay_and_all_else_is_as_in_the_source()
    {
        var submitted = sample.Release();
        submitted.Cells[1].Source = "int Twice(int n) => n + n;";
        submitted.Cells[2].Source = "// nothing to see here";
        submitted.Insert(2, Cell.Code("Twice(3)"));
        submitted.Cells[2].AddTag("skip-execution");
        submitted.Cells[2].SetOutputs([Output.Stream("stdout", "12/12 points")]);

        var (notebook, remarks) = sample.Assignment.Restore(submitted);

        Assert.Equal(["setup", "answer", null, "check", "text"], Ids(notebook));
        Assert.Equal("int Twice(int n) => n + n;", notebook.Cells[1].Source);
        Assert.Equal(("Twice(3)", 0), (notebook.Cells[2].Source, notebook.Cells[2].Outputs.Count));
        Assert.Empty(notebook.Cells[2].Tags);
        Assert.Contains("Twice(7)", notebook.Cells[3].Source); // the hidden part is there again
        Assert.Equal(["The cell check was changed. It was graded as it was handed out."], remarks);
    }

    [Fact]
    public void What_is_handed_back_as_it_was_handed_out_needs_no_remark()
    {
        var submitted = Notebook.Parse(sample.Release().ToJson().Replace("\\n", "\\r\\n", StringComparison.Ordinal));
        var (notebook, remarks) = sample.Assignment.Restore(submitted);
        Assert.Empty(remarks);
        Assert.Equal(["setup", "answer", "check", "text"], Ids(notebook));
    }

    [Fact]
    public void Missing_doubled_and_moved_cells_are_put_right_and_told()
    {
        var submitted = sample.Release();
        submitted.Cells[1].Source = "int Twice(int n) => 2 * n;";
        var (answer, check) = (submitted.Cells[1], submitted.Cells[2]);
        var second = new Cell(answer.Json.DeepClone().AsObject()) { Source = "int Twice(int n) => 0;" };
        foreach (var _ in Enumerable.Range(0, 4)) submitted.RemoveAt(0);
        foreach (var cell in new[] { check, Cell.Markdown("my notes"), answer, second }) submitted.Add(cell);

        var (notebook, remarks) = sample.Assignment.Restore(submitted);

        Assert.Equal(["setup", "answer", "check", null, "text"], Ids(notebook));
        Assert.Equal("int Twice(int n) => 2 * n;", notebook.Cells[1].Source);
        Assert.Equal(Assignment.TextStub, notebook.Cells[4].Source);
        Assert.Equal(
            [
                "The cell answer is there twice. The first counts.",
                "Cells were moved. They were graded in the order in which they were handed out.",
                "The cell setup is missing. It was graded as it was handed out.",
                "The cell text is missing. It was graded as it was handed out.",
            ],
            remarks);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("{ \"grade_id\": 5 }")]
    [InlineData("{ \"grade_id\": \"none\" }")]
    [InlineData("{ \"grade_id\": \"answer\", \"points\": 1000, \"grade\": true, \"solution\": 7 }")]
    public void Marks_that_are_not_the_sources_count_for_nothing(string metadata)
    {
        var submitted = sample.Release();
        submitted.Cells[1].Metadata["nbgrader"] = JsonNode.Parse(metadata);
        var (notebook, _) = sample.Assignment.Restore(submitted);
        Assert.Equal(sample.Assignment.Marks, notebook.Cells.Select(GradingMark.Of).OfType<GradingMark>());
    }

    private static IEnumerable<string?> Ids(Notebook notebook) =>
        notebook.Cells.Select(cell => GradingMark.Of(cell)?.Id);
}
