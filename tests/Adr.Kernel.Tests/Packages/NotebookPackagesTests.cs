using System.Diagnostics;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Kernel.Tests.Running;

namespace Adr.Kernel.Tests.Packages;

public class NotebookPackagesTests
{
    private const string Feed = "#i \"nuget: feed\"\n";

    static NotebookPackagesTests() =>
        Environment.SetEnvironmentVariable("ADR_PACKAGE_CACHE", Directory.CreateTempSubdirectory("adr-package-cache-").FullName);

    [Fact]
    public async Task APackageAndWhatItNeedsAreThereBeforeTheCellsCode()
    {
        using var sandbox = new Sandbox(Feed + "using Testing;\nOuter.Answer()\n#r \"nuget: Testing.Outer, 1.0.0\"", "new Inner().Value");
        PackageFeed.Write(sandbox.Folder);
        var (result, saved) = await sandbox.RunAsync();
        Assert.True(result.ExitCode == ExitCode.Ok, result.Message);
        var outputs = saved.Cells[0].Outputs;
        Assert.Equal("Installed Packages: Testing.Outer, 1.0.0", outputs[0].Data("text/plain"));
        Assert.Contains("<li><span>Testing.Outer, 1.0.0</span></li>", outputs[0].Data("text/html"));
        Assert.Contains("Testing.Outer brings an extension of .NET Interactive, which is not loaded", outputs[1].StreamText);
        Assert.Equal("42", outputs[2].Data("text/plain"));
        Assert.Equal("42", saved.Cells[1].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task ASecondRunRestoresNothing()
    {
        using var sandbox = new Sandbox(Feed + "#r \"nuget: Testing.Outer\"\nTesting.Outer.Answer()");
        PackageFeed.Write(sandbox.Folder);
        Assert.Equal("Installed Packages: Testing.Outer, 2.0.0", (await sandbox.RunAsync()).Saved.Cells[0].Outputs[0].Data("text/plain")); // the newest
        // Any restore would fail now.
        Directory.Delete(Path.Combine(sandbox.Folder, "feed"), recursive: true);
        sandbox.Write("nuget.config", "not XML");
        var (result, saved) = await sandbox.RunAsync();
        Assert.True(result.ExitCode == ExitCode.Ok, result.Message);
        Assert.Equal("Installed Packages: Testing.Outer, 2.0.0", saved.Cells[0].Outputs[0].Data("text/plain"));
    }

    [Theory]
    [InlineData("#r \"nuget: Testing.Outer, 2.0.0\"", "Testing.Outer version 2.0.0 cannot be added because version 1.0.0 was added previously.")]
    [InlineData("#r \"nuget: No.Such.Package\"", "NU1101")]
    [InlineData("#r \"nuget: Testing.Outer, 1.0.0\"", null)]
    [InlineData("#r \"nuget: Testing.Outer\"", null)]
    public async Task WhatCannotBeHadIsToldAndEarlierPackagesStay(string second, string? error)
    {
        using var sandbox = new Sandbox(Feed + "#r \"nuget: Testing.Outer, 1.0.0\"", "\n" + second, "Testing.Outer.Answer()");
        PackageFeed.Write(sandbox.Folder);
        var (result, saved) = await sandbox.RunAsync(options => options with { AllowErrors = true });
        Assert.Equal(error is null ? ExitCode.Ok : ExitCode.CellFailed, result.ExitCode);
        if (error is not null)
        {
            Assert.Contains(error, result.Failures.Single().Value);
            Assert.Contains("   at Cell [2], line 2", result.Failures.Single().Traceback);
        }
        Assert.Equal("42", saved.Cells[2].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task ARestoreEndsWhenTheCellIsStopped()
    {
        using var sandbox = new Sandbox("#i \"nuget: http://192.0.2.1/index.json\"\n#r \"nuget: Never.There, 1.0.0\""); // an address that nobody has
        PackageFeed.Configure(sandbox.Folder);
        var clock = Stopwatch.StartNew();
        var (result, _) = await sandbox.RunAsync(options => options with { CellTimeout = TimeSpan.FromSeconds(1.5) });
        Assert.NotEqual(ExitCode.Ok, result.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }
}
