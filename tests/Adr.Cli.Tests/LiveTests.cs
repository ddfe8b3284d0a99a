using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Tests;

public class LiveTests
{
    [Fact]
    public async Task What_is_shown_live_is_replaced_where_it_stands()
    {
        var folder = Directory.CreateTempSubdirectory("adr-live-");
        try
        {
            var path = Path.Combine(folder.FullName, "live.ipynb");
            var notebook = Notebook.Create();
            notebook.Add(Cell.Code("""
                #r "Adr.Interactive.dll"
                using Adr.Interactive;
                var live = Live.Show("1 %");
                """));
            notebook.Add(Cell.Code("""live.Update(new TableView("progress", ["share"], [["99 %"]]));"""));
            notebook.Save(path);
            var result = await NotebookRunner.RunAsync(new RunOptions
            {
                NotebookPath = path,
                Engine = EngineCommand.ForHost(Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll")),
            });
            Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
            var cells = Notebook.Load(path).Cells;
            var shown = Assert.Single(cells[0].Outputs);
            Assert.Contains("99 %", shown.Data("text/plain"));
            Assert.Contains("99 %</", shown.Data("text/html"));
            Assert.Empty(cells[1].Outputs);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
