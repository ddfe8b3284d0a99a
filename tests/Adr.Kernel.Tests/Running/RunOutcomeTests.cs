using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.Running;

public class RunOutcomeTests
{
    [Fact]
    public async Task AFailingCellStopsTheRun()
    {
        using var sandbox = new Sandbox("1", "throw new Exception(\"no\");", "3");
        var (result, saved) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.CellFailed, result.Outcome);
        Assert.Equal(2, result.CellsRun);
        Assert.Equal("error", Assert.Single(saved.Cells[1].Outputs).Type);
        Assert.Empty(saved.Cells[2].Outputs);
        Assert.Null(saved.Cells[2].ExecutionCount);
        Assert.True(saved.Metadata["papermill"]!["exception"]!.GetValue<bool>());
    }

    [Fact]
    public async Task TagsSkipCellsAndExpectErrors()
    {
        using var sandbox = new Sandbox("throw new Exception(\"expected\");", "#!fsharp\nlet x = 1", "\"end\"");
        sandbox.Notebook.Cells[0].AddTag("raises-exception");
        sandbox.Notebook.Cells[1].AddTag("skip-execution");
        sandbox.Notebook.Cells[1].SetOutputs([Output.Stream("stdout", "from before")]);
        var (result, saved) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.True(Assert.Single(result.Failures).Expected);
        Assert.Equal("Exception", saved.Cells[0].Outputs[0].ErrorName.Split('.')[^1]);
        Assert.Equal("from before", saved.Cells[1].Outputs[0].StreamText);
        Assert.Equal("end", saved.Cells[2].Outputs[0].Data("text/plain"));
        Assert.Equal(2, saved.Cells[2].ExecutionCount); // a skipped cell has no number
    }

    [Theory]
    [InlineData("Environment.FailFast(\"last words\");", "SIGABRT", "last words")]
    [InlineData("int Endless(int n) => Endless(n + 1) + 1;\nEndless(0)", "SIGABRT", "Stack overflow")]
    [InlineData(
        "System.Diagnostics.Process.GetCurrentProcess().Kill(); System.Threading.Thread.Sleep(-1);", "SIGKILL", "")]
    [InlineData(
        "new System.Threading.Thread(() => throw new Exception(\"on a thread\")).Start(); " +
        "System.Threading.Thread.Sleep(-1);", "SIGABRT", "on a thread")]
    [InlineData("Environment.Exit(7);", "exit code 7", "")]
    public async Task ADeadEngineIsToldInTheNotebook(string code, string how, string words)
    {
        using var sandbox = new Sandbox("\"kept\"", "Console.WriteLine(\"text\");\n" + code, "3");
        var (result, saved) = await sandbox.RunAsync(options => options with { AllowErrors = true });
        Assert.Equal(RunOutcome.EngineDied, result.Outcome);
        Assert.Equal("kept", saved.Cells[0].Outputs[0].Data("text/plain"));
        var error = saved.Cells[1].Outputs[^1];
        Assert.Equal("text\n", Streamed(saved.Cells[1], "stdout"));
        Assert.Equal("EngineDied", error.ErrorName);
        Assert.Contains(how, error.ErrorValue);
        Assert.Contains(words, Streamed(saved.Cells[1], "stderr"));
        Assert.Equal("3", saved.Cells[2].Outputs[0].Data("text/plain")); // in a new engine
    }

    [Fact]
    public async Task WhereErrorsAreAllowedACellInAnotherLanguageFailsAndTheRestRuns()
    {
        using var sandbox = new Sandbox("1", "#!fsharp\nlet x = 1", "3");
        var (result, saved) = await sandbox.RunAsync(options => options with { AllowErrors = true });
        Assert.Equal(RunOutcome.CellFailed, result.Outcome);
        Assert.Equal((2, "DirectiveError"), (result.Failures[0].Number, result.Failures[0].Name));
        Assert.Equal("3", saved.Cells[2].Outputs[0].Data("text/plain"));
    }

    [Theory]
    [InlineData("Environment.Exit(7);")]
    [InlineData("new System.Threading.Thread(() => throw new Exception()).Start(); System.Threading.Thread.Sleep(-1);")]
    [InlineData(
        "Console.Out.Flush(); System.Diagnostics.Process.GetCurrentProcess().Kill(); " +
        "System.Threading.Thread.Sleep(-1);")]
    public async Task TheLastTextBeforeTheEndIsKept(string end)
    {
        using var sandbox = new Sandbox(
            "Console.WriteLine(\"first\"); Console.WriteLine(\"second\"); Console.Write(\"last\");\n" + end);
        var (result, saved) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.EngineDied, result.Outcome);
        Assert.Equal("first\nsecond\nlast", Streamed(saved.Cells[0], "stdout"));
    }

    [Fact]
    public async Task AnEngineThatCannotStartIsToldWithItsReason()
    {
        using var sandbox = new Sandbox("1");
        var (result, _) = await sandbox.RunAsync(
            options => options with { Engine = new EngineCommand("no-such-program", []) });
        Assert.Equal(RunOutcome.EngineDied, result.Outcome);
        Assert.Contains("no-such-program", result.Message);

        (result, _) = await sandbox.RunAsync(
            options => options with { Engine = new EngineCommand("sh", ["-c", "echo cannot >&2; exit 9"]) });
        Assert.Contains("exit code 9", result.Message);
        Assert.Contains("cannot", result.Message);
    }

    [Theory]
    [InlineData("python", "def f(): pass", "Python 3", "python3")]
    [InlineData("C#", "#!fsharp\nlet x = 1", "Cell [1], line 1: '#!fsharp' is not C#", ".net-csharp")]
    [InlineData("C#", "1\n#!nonsense", "Cell [1], line 2: '#!nonsense' is not a directive", ".net-csharp")]
    public async Task WhatThisEngineDoesNotRunIsRefusedBeforeAnythingRuns(
        string language, string source, string expected, string kernel)
    {
        using var sandbox = new Sandbox(source);
        sandbox.Notebook.Metadata["kernelspec"]!["language"] = language == "python" ? "Python 3" : language;
        sandbox.Notebook.Metadata["kernelspec"]!["name"] = kernel;
        var (result, _) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.Usage, result.Outcome);
        Assert.Contains(expected, result.Message);
        Assert.False(File.Exists(sandbox.OutputPath));
    }

    [Fact]
    public async Task ALanguageThatOnlyLanguageInfoNamesIsRefusedToo()
    {
        using var sandbox = new Sandbox("print(1)");
        sandbox.Notebook.Metadata["kernelspec"]!.AsObject().Remove("language");
        sandbox.Notebook.Metadata["language_info"]!["name"] = "python";
        sandbox.Notebook.Cells[0].SetOutputs([Output.Stream("stdout", "1")]);
        var (result, saved) = await sandbox.RunAsync(options => options with { OutputPath = null });
        Assert.Equal(RunOutcome.Usage, result.Outcome);
        Assert.Contains("asks for python", result.Message);
        Assert.Equal("1", saved.Cells[0].Outputs[0].StreamText);
    }

    [Theory]
    [InlineData("python3", "Python")]
    [InlineData("julia-1.11", "Julia")]
    [InlineData(".net-fsharp", "F#")]
    [InlineData("ir", "R")]
    [InlineData(".net-csharp", null)]
    [InlineData("my-own", null)]
    public async Task AKernelWhoseNameAloneSaysItsLanguageIsRefusedToo(string kernel, string? language)
    {
        using var sandbox = new Sandbox("1");
        var metadata = sandbox.Notebook.Metadata;
        metadata["kernelspec"] = new System.Text.Json.Nodes.JsonObject { ["name"] = kernel };
        metadata.Remove("language_info");
        var (result, _) = await sandbox.RunAsync();
        Assert.Equal(language is null ? RunOutcome.Ok : RunOutcome.Usage, result.Outcome);
        if (language is not null) Assert.Contains($"asks for {language} (kernelspec '{kernel}')", result.Message);
    }

    [Fact]
    public async Task AnOutputThatCannotBeWrittenIsKnownBeforeTheFirstCellRuns()
    {
        using var sandbox = new Sandbox("System.IO.File.WriteAllText(\"ran\", \"\");");
        var file = sandbox.Write("file", "");
        await Assert.ThrowsAnyAsync<IOException>(
            () => sandbox.RunAsync(options => options with { OutputPath = Path.Combine(file, "out.ipynb") }));
        Assert.False(File.Exists(Path.Combine(sandbox.Folder, "ran")));
    }

    [Fact]
    public async Task CellsOfOtherLanguagesByMetadataAreRefusedByName()
    {
        using var sandbox = new Sandbox("1", "SELECT 1");
        sandbox.Notebook.Cells[1].Metadata["polyglot_notebook"] =
            new System.Text.Json.Nodes.JsonObject { ["kernelName"] = "sql" };
        var (result, _) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.Usage, result.Outcome);
        Assert.Contains("Cell [2]", result.Message);
        Assert.Contains("'sql'", result.Message);
    }

    [Fact]
    public async Task OptionsThatCannotWorkAreUsageErrors()
    {
        using var sandbox = new Sandbox("1");
        async Task<string> Refused(Func<RunOptions, RunOptions> with)
        {
            var (result, _) = await sandbox.RunAsync(with);
            Assert.Equal(RunOutcome.Usage, result.Outcome);
            return result.Message;
        }
        Assert.Contains("nowhere.ipynb", await Refused(options => options with { NotebookPath = "nowhere.ipynb" }));
        Assert.Contains("longer than 0 s", await Refused(options => options with { CellTimeout = TimeSpan.Zero }));
        Assert.Contains(
            "longer than 0 s", await Refused(options => options with { Timeout = TimeSpan.FromSeconds(-1) }));
        Assert.Contains("A .dib holds no outputs", await Refused(options => options with { OutputPath = "out.dib" }));
        Assert.Contains("is a folder", await Refused(options => options with { OutputPath = sandbox.Folder }));
        Assert.Contains("no folder 'gone'", await Refused(options => options with { WorkingDirectory = "gone" }));
        Assert.Contains(
            "not JSON", await Refused(options => options with { NotebookPath = sandbox.Write("bad.ipynb", "hello") }));
    }

    // In pieces, as the two streams arrive by different ways.
    private static string Streamed(Cell cell, string name) =>
        string.Concat(cell.Outputs.Where(output => output.Type == "stream" && output.StreamName == name)
            .Select(output => output.StreamText));
}
