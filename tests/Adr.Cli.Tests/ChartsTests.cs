using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Tests;

/// <summary>Charts of Plotly.NET in a notebook that does not reference Adr.Interactive.</summary>
public sealed class ChartsTests : IDisposable
{
    private const string Chart = """
        using Plotly.NET.CSharp;
        Chart.Line<int, int, string>(x: [1, 2, 3], y: [2, 1, 3], Name: "mine")
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("adr charts ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("#r \"Plotly.NET.CSharp.dll\"")]
    [InlineData("#r \"nuget: Plotly.NET.CSharp, 0.14.0\"")]
    [InlineData("#r \"nuget: Plotly.NET.CSharp, 0.14.0\"\n#r \"nuget: Plotly.NET.Interactive, 6.0.0\"")]
    public async Task A_chart_is_live_without_a_network_and_has_a_picture(string references)
    {
        var outputs = await RunAsync(references, Chart);

        Assert.DoesNotContain(outputs, output => output.Type == "stream");
        var shown = outputs.Last();
        Assert.Equal("mine", (string?)shown.Json["data"]!["application/vnd.plotly.v1+json"]!["data"]![0]!["name"]);
        Assert.Contains("<path", shown.Data("image/svg+xml"));
        Assert.Contains("class=\"adr-static\"", shown.Data("text/html"));
        Assert.DoesNotContain("https:", shown.Data("text/html"));
        Assert.Equal("mine: scatter, 3 points", shown.Data("text/plain"));
    }

    private async Task<IReadOnlyList<Output>> RunAsync(params string[] sources)
    {
        var path = Path.Combine(folder, "charts.ipynb");
        var notebook = Notebook.Create();
        foreach (var source in sources) notebook.Add(Cell.Code(source));
        notebook.Save(path);
        var result = await NotebookRunner.RunAsync(new RunOptions
        {
            NotebookPath = path,
            Engine = EngineCommand.ForHost(Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll")),
        });
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        return [.. Notebook.Load(path).Cells.SelectMany(cell => cell.Outputs)];
    }
}
