using System.Diagnostics;
using Adr.Kernel.Engine;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.Running;

public class StoppingTests
{
    [Fact]
    public async Task ACellThatLoopsForEverIsKilledAtItsTimeout()
    {
        using var sandbox = new Sandbox(
            "Console.WriteLine(\"before\");",
            "Console.WriteLine(\"looping\"); while (true) System.Threading.Thread.Sleep(10);", "3");
        var (result, saved) = await sandbox.RunAsync(options => options with
        {
            CellTimeout = TimeSpan.FromSeconds(6), StopGrace = TimeSpan.FromMilliseconds(200),
        });
        Assert.Equal(RunOutcome.Timeout, result.Outcome);
        Assert.Equal("before\n", saved.Cells[0].Outputs[0].StreamText);
        Assert.Equal("looping\n", saved.Cells[1].Outputs[0].StreamText);
        Assert.Equal("CellTimeout", saved.Cells[1].Outputs[1].ErrorName);
        Assert.Contains("longer than its 6 s", saved.Cells[1].Outputs[1].ErrorValue);
        Assert.Contains("killed", result.Message);
        Assert.Empty(saved.Cells[2].Outputs);
    }

    [Fact]
    public async Task WhereErrorsAreAllowedTheCellsAfterATimeoutRun()
    {
        using var sandbox = new Sandbox(
            "var kept = 5;", "await Task.Delay(-1);", "kept", // stops when asked, and the engine lives
            "try { } finally { while (true) { } }", "kept", "3"); // cannot be stopped, and is killed
        var (result, saved) = await sandbox.RunAsync(options => options with
        {
            CellTimeout = TimeSpan.FromSeconds(6), StopGrace = TimeSpan.FromSeconds(3), AllowErrors = true,
        });
        Assert.Equal(RunOutcome.Timeout, result.Outcome);
        Assert.Equal(6, result.CellsRun);
        Assert.Equal(["CellTimeout", "CellTimeout", "CompilationError"], result.Failures.Select(one => one.Name));
        Assert.Contains("run in a new engine", result.Failures[1].Value);
        Assert.Equal("3", saved.Cells[5].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task ACellThatObeysItsTokenEndsInItsOwnWay()
    {
        using var sandbox = new Sandbox("""
            using Microsoft.DotNet.Interactive;
            try { await Task.Delay(-1, KernelInvocationContext.Current.CancellationToken); }
            finally { Console.WriteLine("tidied up"); }
            """);
        var (result, saved) = await sandbox.RunAsync(
            options => options with { Timeout = TimeSpan.FromSeconds(6), StopGrace = TimeSpan.FromSeconds(20) });
        Assert.Equal(RunOutcome.Timeout, result.Outcome);
        Assert.Equal("tidied up\n", saved.Cells[0].Outputs[0].StreamText);
        Assert.Equal("RunTimeout", saved.Cells[0].Outputs[1].ErrorName);
        Assert.Contains("stopped when asked", saved.Cells[0].Outputs[1].ErrorValue);
        Assert.True(result.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ARunWhoseTimeEndsBetweenTwoCellsBlamesNeither()
    {
        using var sandbox = new Sandbox("throw new Exception(\"expected\");", "2");
        sandbox.Notebook.Cells[0].AddTag("raises-exception");
        var timeout = TimeSpan.FromSeconds(8);
        var (result, _) = await sandbox.RunAsync(options => options with
        {
            Timeout = timeout,
            Progress = told => { if (told is CellFinished) Thread.Sleep(timeout); },
        });
        Assert.Equal(RunOutcome.Timeout, result.Outcome);
        Assert.StartsWith("The time for the run was over; 1 cell ran", result.Message);
    }

    [Fact]
    public async Task StoppingSavesWhatThereIs()
    {
        using var sandbox = new Sandbox(
            "\"done\"", "Console.WriteLine(\"running\"); System.Threading.Thread.Sleep(-1);");
        using var stop = new CancellationTokenSource();
        var (result, saved) = await sandbox.RunAsync(options => options with
        {
            StopGrace = TimeSpan.FromMilliseconds(200),
            Progress = told => { if (told is StreamText) stop.Cancel(); },
        }, stop.Token);
        Assert.Equal(RunOutcome.Interrupted, result.Outcome);
        Assert.Equal("done", saved.Cells[0].Outputs[0].Data("text/plain"));
        Assert.Equal("running\n", saved.Cells[1].Outputs[0].StreamText);
        Assert.Equal("Interrupted", saved.Cells[1].Outputs[1].ErrorName);
    }

    [Fact]
    public async Task TheEngineDiesWithItsRunner()
    {
        // The engine's runner here is this test: it starts an engine and cuts its channel as a killed process would.
        await using var engine = await EngineProcess.StartAsync(
            EngineCommand.Default, Path.GetTempPath(), [], TimeSpan.FromSeconds(60), default);
        engine.Send(new ExecuteRequest(1, "while (true) { }"));
        using var process = Process.GetProcessById(engine.Id);
        engine.Disconnect();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
    }
}
