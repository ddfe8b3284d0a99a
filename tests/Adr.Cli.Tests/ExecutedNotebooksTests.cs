using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Cli.Tests;

/// <summary>The executed notebooks in the repository, which show everything to a reader who runs nothing.</summary>
public static class ExecutedNotebooksTests
{
    private const int LargestFile = 1_000_000; // bytes; code hosts show no notebook that is much larger

    private static readonly string Sources = Path.Combine(Repository.Root, "notebooks");
    private static readonly string Executed = Path.Combine(Sources, "executed");

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Sources, "0*.ipynb").Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Names))]
    public static void Each_has_the_cells_of_its_source_and_small_outputs_without_scripts(string name)
    {
        var (source, path) = (Notebook.Load(Path.Combine(Sources, name)), Path.Combine(Executed, name));
        Assert.All(source.Cells, cell => Assert.Empty(cell.Outputs));
        StaticNotebook.Move(source, Sources, Executed);
        var executed = Notebook.Load(path);

        Assert.Equal(
            source.Cells.Select(cell => (cell.Id, cell.Kind, cell.Source)),
            executed.Cells.Select(cell => (cell.Id, cell.Kind, cell.Source)));
        Assert.Contains(executed.Cells, cell => cell.Outputs.Count > 0);
        Assert.All(executed.Cells.SelectMany(cell => cell.Outputs), output => Assert.NotEqual("error", output.Type));
        var text = File.ReadAllText(path);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("javascript", text, StringComparison.OrdinalIgnoreCase);
        Assert.InRange(text.Length, 1, LargestFile);
    }

    [Fact]
    public static void The_readme_leads_to_them() =>
        Assert.Contains("(notebooks/executed/)", File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
}
