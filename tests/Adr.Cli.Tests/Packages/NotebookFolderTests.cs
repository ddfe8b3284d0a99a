using Adr.Kernel.Notebooks;

namespace Adr.Cli.Tests.Packages;

/// <summary>The folder artifacts/notebook, which every build fills for the notebooks of the repository.</summary>
public sealed class NotebookFolderTests
{
    private static string Library => Repository.Artifact("notebook", "Adr.Interactive.dll");

    [Fact]
    public async Task It_has_all_that_a_notebook_needs_in_a_host_that_has_nothing_of_Adr()
    {
        var folder = Directory.CreateTempSubdirectory("adr notebook ").FullName;
        try
        {
            var executed = await ToyNotebook.RunAsync(ToyNotebook.Write(folder, $"#r \"{Library}\""));
            ToyNotebook.Check(executed, Path.GetDirectoryName(Library)!);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact] // in a line of its own: .NET Interactive never ends a cell with a comment after a reference
    public void Every_notebook_references_it_in_a_cell_of_its_own_that_says_what_makes_it()
    {
        var notebooks = Directory.GetFiles(Path.Combine(Repository.Root, "notebooks"), "0*.ipynb");
        Assert.Equal(8, notebooks.Length);
        Assert.All(notebooks, path => Assert.Contains(Notebook.Load(path).Cells, cell =>
            cell.Source == "// made by: dotnet build\n#r \"../artifacts/notebook/Adr.Interactive.dll\""));
    }
}
