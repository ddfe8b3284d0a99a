using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Kernel.Tests.InteractiveApi;
using Adr.Kernel.Tests.Running;

namespace Adr.Kernel.Tests.Packages;

public class PackageExtensionsTests
{
    private const string Feed = "#i \"nuget: feed\"\n", Thermometer = Feed + "#r \"nuget: Testing.Thermometer\"\n";

    private const string LibraryCode =
        "namespace Testing { public sealed record Temperature(double Celsius) { public static int Loaded; } }";

    private const string ExtensionCode = """
        using System;
        using System.Threading.Tasks;
        using Microsoft.DotNet.Interactive;
        using Microsoft.DotNet.Interactive.Commands;
        using Microsoft.DotNet.Interactive.Formatting;

        namespace Testing.Interactive;

        public class Abroken : IKernelExtension
        {
            public Task OnLoadAsync(Kernel kernel) => throw new InvalidOperationException("no sensor.");
        }

        public class Thermometer : IKernelExtension
        {
            public async Task OnLoadAsync(Kernel kernel)
            {
                Temperature.Loaded++;
                Formatter.Register<Temperature>(
                    (temperature, writer) => writer.Write($"<b>{temperature.Celsius} °C</b>"), "text/html");
                KernelInvocationContext.Current.Display("the thermometer is ready");
                await kernel.SendAsync(new SubmitCode("using Testing;\nvar boiling = new Temperature(100);"));
                await kernel.FindKernelByName("csharp").SendAsync(new SubmitCode("var ice = new Temperature(0);\nno"));
            }
        }
        """;

    private const string ExtensionNotebook = """
        #!meta
        {"kernelInfo":{"defaultKernelName":"csharp","items":[{"name":"csharp"}]}}

        #!csharp

        using Testing;
        static Temperature Fahrenheit(double degrees) => new((degrees - 32) / 1.8);

        #!csharp

        throw new Exception("too cold");

        """;

    [Fact]
    public async Task AnExtensionShowsTheTypesOfItsPackageAndRunsCodeBeforeTheCell()
    {
        var (result, saved) = await RunAsync(
            Thermometer + "boiling", Feed + "#r \"nuget: Testing.Plain\"\nTemperature.Loaded");
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        var outputs = saved.Cells[0].Outputs;
        Assert.Contains(outputs, output => output.Data("text/plain") == "the thermometer is ready");
        Assert.Equal("execute_result", outputs[^1].Type);
        Assert.Equal("<b>100 °C</b>", outputs[^1].Data("text/html"));
        // The second restore brings the same package again, and its extension is not loaded again.
        Assert.Equal("1", saved.Cells[1].Outputs[^1].Data("text/plain"));
    }

    [Fact]
    public async Task WhatFailsInAnExtensionIsToldAndTheCellGoesOn()
    {
        var (result, saved) = await RunAsync(Thermometer + "\"goes on\"", "boiling.Celsius");
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        var told = string.Concat(saved.Cells[0].Outputs.Where(output => output.StreamName == "stderr")
            .Select(output => output.StreamText));
        Assert.Contains(
            "The extension of Testing.Thermometer failed (Abroken): InvalidOperationException: no sensor. The " +
            "package's own classes can be used.\n",
            told);
        Assert.Contains("submitted code, line 2, column 1: error CS0103: The name 'no' does not exist", told);
        Assert.Equal("goes on", saved.Cells[0].Outputs[^1].Data("text/plain"));
        Assert.Equal("100", saved.Cells[1].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task AnExtensionMayBeANotebook()
    {
        var (result, saved) = await RunAsync(Feed + "#r \"nuget: Testing.Scripted\"\nFahrenheit(212).Celsius");
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        Assert.Equal("100", saved.Cells[0].Outputs[^1].Data("text/plain"));
        Assert.Contains(
            "The extension of Testing.Scripted failed (extension.dib): Exception: too cold",
            saved.Cells[0].Outputs[1].StreamText);
    }

    [Fact]
    public async Task ADataFrameIsATable()
    {
        using var sandbox = new Sandbox("""
            #r "nuget: Microsoft.Data.Analysis, 0.23.1"
            using Microsoft.Data.Analysis;
            var city = new StringDataFrameColumn("city", new[] { "Hanoi" });
            new DataFrame(city, new Int32DataFrameColumn("year", new[] { 1010 }))
            """);
        var (result, saved) = await sandbox.RunAsync();
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        Assert.DoesNotContain(saved.Cells[0].Outputs, output => output.StreamName == "stderr");
        var html = saved.Cells[0].Outputs[^1].Data("text/html")!;
        Assert.Contains("<table", html);
        Assert.Matches("<td>(<div[^>]*>)?(<pre>)?Hanoi", html);
        Assert.DoesNotContain("<details", html); // a tree of properties
    }

    private static async Task<(RunResult Result, Notebook Saved)> RunAsync(params string[] cells)
    {
        using var sandbox = new Sandbox(cells);
        var libraries = Path.Combine(sandbox.Folder, "libraries");
        var feed = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "feed")).FullName;
        Directory.CreateDirectory(libraries);
        var library = TestAssemblies.Compile(libraries, "Thermometer", LibraryCode);
        var extension = TestAssemblies.Compile(libraries, "Thermometer.Interactive", ExtensionCode, library);
        var plain = TestAssemblies.Compile(libraries, "Plain", "public static class Plain { }");
        var needsLibrary = "<dependency id=\"Testing.Thermometer\" version=\"1.0.0\" />";
        PackageFeed.Pack(feed, "Testing.Thermometer", "1.0.0", library, extension: extension);
        PackageFeed.Pack(feed, "Testing.Plain", "1.0.0", plain, needsLibrary);
        PackageFeed.Pack(
            feed, "Testing.Scripted", "1.0.0", library,
            files: ("interactive-extensions/dotnet/extension.dib", ExtensionNotebook));
        PackageFeed.Configure(sandbox.Folder);
        return await sandbox.RunAsync();
    }
}
