using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.Running;

/// <summary>A folder of its own with a notebook in it, and runs of that notebook in a real engine.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adr-kernel-tests-");

    public Sandbox(params string[] sources)
    {
        foreach (var source in sources) Notebook.Add(Cell.Code(source));
    }

    public Notebook Notebook { get; set; } = Notebook.Create();

    public string Folder => folder.FullName;

    public string NotebookPath => Path.Combine(Folder, "in.ipynb");

    public string OutputPath => Path.Combine(Folder, "out", "out.ipynb");

    public RunOptions Options => new() { NotebookPath = NotebookPath, OutputPath = OutputPath };

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Saves the notebook, runs it, and reads what the run saved.</summary>
    public async Task<(RunResult Result, Notebook Saved)> RunAsync(
        Func<RunOptions, RunOptions>? with = null, CancellationToken stop = default)
    {
        Notebook.Save(NotebookPath);
        var options = with is null ? Options : with(Options);
        var result = await NotebookRunner.RunAsync(options, stop);
        return (result, result.OutputPath is { } path ? Notebook.Load(path) : Notebook);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
