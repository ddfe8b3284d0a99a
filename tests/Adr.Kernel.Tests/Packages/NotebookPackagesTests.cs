using System.Net;
using System.Net.Sockets;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Kernel.Tests.Running;

namespace Adr.Kernel.Tests.Packages;

public class NotebookPackagesTests
{
    private const string Feed = "#i \"nuget: feed\"\n";

    [Fact]
    public async Task APackageAndWhatItNeedsAreThereBeforeTheCellsCode()
    {
        using var sandbox = new Sandbox(
            Feed + "using Testing;\nOuter.Answer()\n#r \"nuget: Testing.Outer, 1.0.0\"", "new Inner().Value");
        PackageFeed.Write(sandbox.Folder);
        var (result, saved) = await sandbox.RunAsync();
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        var outputs = saved.Cells[0].Outputs;
        Assert.Equal("Installed Packages: Testing.Outer, 1.0.0", outputs[0].Data("text/plain"));
        Assert.Contains("<li><span>Testing.Outer, 1.0.0</span></li>", outputs[0].Data("text/html"));
        Assert.Equal("42", outputs[1].Data("text/plain"));
        Assert.Equal("42", saved.Cells[1].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task ASecondRunRestoresNothing()
    {
        using var sandbox = new Sandbox(Feed + "#r \"nuget: Testing.Outer\"\nTesting.Outer.Answer()");
        PackageFeed.Write(sandbox.Folder);
        // Without a version, the newest one is taken.
        Assert.Equal(
            "Installed Packages: Testing.Outer, 2.0.0",
            (await sandbox.RunAsync()).Saved.Cells[0].Outputs[0].Data("text/plain"));
        // Any restore would fail now.
        Directory.Delete(Path.Combine(sandbox.Folder, "feed"), recursive: true);
        sandbox.Write("nuget.config", "not XML");
        var (result, saved) = await sandbox.RunAsync();
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        Assert.Equal("Installed Packages: Testing.Outer, 2.0.0", saved.Cells[0].Outputs[0].Data("text/plain"));
    }

    [Theory]
    [InlineData(
        "#r \"nuget: Testing.Outer, 2.0.0\"",
        "Testing.Outer version 2.0.0 cannot be added because version 1.0.0 was added previously.")]
    [InlineData("#r \"nuget: No.Such.Package\"", "NU1101")]
    [InlineData("#r \"nuget: Testing.Outer, 1.0.0\"", null)]
    [InlineData("#r \"nuget: Testing.Outer\"", null)]
    public async Task WhatCannotBeHadIsToldAndEarlierPackagesStay(string second, string? error)
    {
        using var sandbox = new Sandbox(
            Feed + "#r \"nuget: Testing.Outer, 1.0.0\"", "\n" + second, "Testing.Outer.Answer()");
        PackageFeed.Write(sandbox.Folder);
        var (result, saved) = await sandbox.RunAsync(options => options with { AllowErrors = true });
        Assert.Equal(error is null ? RunOutcome.Ok : RunOutcome.CellFailed, result.Outcome);
        if (error is not null)
        {
            Assert.Contains(error, result.Failures.Single().Value);
            Assert.Contains("   at Cell [2], line 2", result.Failures.Single().Traceback);
        }
        Assert.Equal("42", saved.Cells[2].Outputs[0].Data("text/plain"));
    }

    [Theory]
    [InlineData("2.0.0", null)] // the one that was taken
    [InlineData("1.0.0", "Testing.Outer version 1.0.0 cannot be added because version 2.0.0 was added previously.")]
    public async Task AfterAPackageWithoutAVersionOnlyTheTakenOneFits(string version, string? error)
    {
        using var sandbox = new Sandbox(
            Feed + "#r \"nuget: Testing.Outer\"", $"#r \"nuget: Testing.Outer, {version}\"");
        PackageFeed.Write(sandbox.Folder);
        var (result, _) = await sandbox.RunAsync();
        if (error is null) Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        else Assert.Contains(error, result.Message);
    }

    [Fact]
    public async Task ARestoreEndsWhenTheCellIsStopped()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0); // a feed that takes calls and never answers
        silent.Start();
        using var sandbox = new Sandbox("#r \"nuget: Never.There, 1.0.0\"");
        PackageFeed.Configure(
            sandbox.Folder,
            $"<add key=\"silent\" value=\"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/index.json\" " +
            "allowInsecureConnections=\"true\" />");
        using var stop = new CancellationTokenSource();
        var running = sandbox.RunAsync(stop: stop.Token);
        using var call = await silent.AcceptSocketAsync().WaitAsync(TimeSpan.FromMinutes(2));
        stop.Cancel();
        var (result, _) = await running;
        Assert.Equal(RunOutcome.Interrupted, result.Outcome);
        Assert.Contains("It stopped when asked.", result.Failures.Single().Value);
        // Who called is gone, too: its end of the connection is closed.
        var rest = new byte[4096];
        while (await call.ReceiveAsync(rest).WaitAsync(TimeSpan.FromSeconds(20)) > 0) { }
    }
}
