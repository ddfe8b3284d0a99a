using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.Running;

public class OutputTests
{
    [Fact]
    public async Task BigOutputArrivesWhole()
    {
        using var sandbox = new Sandbox(
            "for (var i = 0; i < 100_000; i++) Console.WriteLine($\"{i,8} \" + new string('x', 90));",
            "System.IO.File.WriteAllText(\"seen.txt\", \"\"); new string('y', 10_000_000)",
            "for (var i = 0; i < 200_000; i++) Console.Write('z');",
            "display(\"after\"); using_ = 1;".Replace("using_ = 1;", ""));
        var (result, saved) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        var text = Assert.Single(saved.Cells[0].Outputs).StreamText;
        Assert.Equal(10_000_000, text.Length);
        Assert.Equal(Enumerable.Range(0, 100_000), text.Split('\n')[..^1].Select(line => int.Parse(line.AsSpan(0, 8))));
        Assert.Equal(10_000_000, saved.Cells[1].Outputs[0].Data("text/plain")!.Length);
        Assert.Equal(new string('z', 200_000), Assert.Single(saved.Cells[2].Outputs).StreamText);
        Assert.Equal("after", saved.Cells[3].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task ManyQuickCellsLoseAndMisplaceNothing()
    {
        using var sandbox = new Sandbox([.. Enumerable.Range(1, 99).Select(i => (i % 3) switch
        {
            0 => $"Console.WriteLine(\"out {i}\"); Console.Error.WriteLine(\"err {i}\"); \"result {i}\"",
            1 => $"var shown{i} = display(\"shown {i}\"); Console.Write(\"out {i}\");",
            _ => $"shown{i - 1}.Update(\"updated {i - 1}\"); \"result {i}\"",
        })]);
        var (result, saved) = await sandbox.RunAsync();
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.Equal(99, result.CellsRun);
        for (var i = 1; i <= 99; i++)
        {
            var outputs = saved.Cells[i - 1].Outputs.Select(output =>
                output.Type == "stream" ? $"{output.StreamName} {output.StreamText}" : output.Data("text/plain"));
            Assert.Equal((i % 3) switch
            {
                0 => [$"stdout out {i}\n", $"stderr err {i}\n", $"result {i}"],
                1 => [$"updated {i}", $"stdout out {i}"],
                _ => [$"result {i}"],
            }, outputs);
        }
    }

    [Fact]
    public async Task ALongCellIsSavedWhileItRuns()
    {
        using var sandbox = new Sandbox("""
            Console.WriteLine("working");
            for (var i = 0; i < 600 && !System.IO.File.Exists("stop"); i++) System.Threading.Thread.Sleep(50);
            System.IO.File.Exists("stop")
            """);
        string? seen = null;
        var (result, _) = await sandbox.RunAsync(options => options with
        {
            SaveInterval = TimeSpan.FromMilliseconds(100),
            Progress = told =>
            {
                if (told is not NotebookSaved || seen is not null) return;
                var midway = Notebook.Load(sandbox.OutputPath).Cells[0];
                if (midway.Outputs.Count == 0) return;
                seen = midway.Outputs[0].StreamText;
                sandbox.Write("stop", "");
            },
        });
        Assert.Equal("working\n", seen);
        Assert.Equal("True", result.Notebook!.Cells[0].Outputs[^1].Data("text/plain"));
    }

    [Fact]
    public async Task ASaveThatFailsOnTheWayIsToldAndTheRunGoesOn()
    {
        using var sandbox = new Sandbox(
            // a save between the two makes the folder again
            """
            for (var i = 0; !System.IO.File.Exists("out"); i++)
            try
            {
                System.IO.Directory.Move("out", $"moved{i}");
                System.IO.File.WriteAllText("out", "");
            }
            catch (Exception e) when (e is System.IO.IOException or UnauthorizedAccessException)
            {
                Console.WriteLine(e.Message);
            }
            """,
            "for (var i = 0; i < 600 && !System.IO.File.Exists(\"told\"); i++) System.Threading.Thread.Sleep(50);\n" +
                "System.IO.File.Exists(\"told\")",
            "System.IO.File.Delete(\"out\");");
        var told = new List<NotebookNotSaved>();
        var (result, saved) = await sandbox.RunAsync(options => options with
        {
            SaveInterval = TimeSpan.FromMilliseconds(100),
            Progress = happened =>
            {
                if (happened is not NotebookNotSaved failed) return;
                told.Add(failed);
                sandbox.Write("told", "");
            },
        });
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.Equal(sandbox.OutputPath, told[0].Path);
        Assert.NotEmpty(told[0].Reason);
        Assert.Equal("True", saved.Cells[1].Outputs[0].Data("text/plain"));
        Assert.Equal(3, saved.Cells[2].ExecutionCount);
    }

    [Fact]
    public async Task AFloodIsCutAndSaysSo()
    {
        using var sandbox = new Sandbox(
            "for (var i = 0; i < 100_000; i++) Console.WriteLine(\"0123456789\"); Console.WriteLine(\"end\");",
            "\"next\"");
        var (result, saved) = await sandbox.RunAsync(options => options with { MaxStreamCharacters = 50_000 });
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.InRange(saved.Cells[0].Outputs[0].StreamText.Length, 50_000, 70_000);
        Assert.Contains("50,000 characters", saved.Cells[0].Outputs[1].StreamText);
        Assert.Equal("next", saved.Cells[1].Outputs[0].Data("text/plain"));
    }

    [Fact]
    public async Task RunsInPlaceAndKeepsWhatItDoesNotKnow()
    {
        using var sandbox = new Sandbox();
        var text = """
            {"cells": [
             {"cell_type": "markdown", "metadata": {"x": 1.50}, "source": "# T"},
             {"cell_type": "code", "execution_count": 9, "metadata": {
               "dotnet_interactive": {"language": "csharp"}, "vscode": {"languageId": "dotnet-interactive.csharp"}},
              "outputs": [{"output_type": "unknown", "k": 1}], "source": "21 * 2"},
             {"cell_type": "code", "execution_count": null, "outputs": [], "source": "*em*",
              "metadata": {"polyglot_notebook": {"kernelName": "markdown"}}}],
             "metadata": {"kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"},
              "language_info": {"name": "polyglot-notebook"}, "polyglot_notebook": {"kernelInfo": {
                "defaultKernelName": "csharp", "items": [{"aliases": [], "name": "csharp"}]}}},
             "nbformat": 4, "nbformat_minor": 4, "mine": [1.0, null]}
            """;
        sandbox.Notebook = Notebook.Parse(text);
        var (result, saved) = await sandbox.RunAsync(
            options => options with { OutputPath = null, RecordTiming = false });
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.Equal(sandbox.NotebookPath, result.OutputPath);
        Assert.Equal("42", Assert.Single(saved.Cells[1].Outputs).Data("text/plain"));
        Assert.Contains("<em>em</em>", saved.Cells[2].Outputs[0].Data("text/html"));
        var expected = Notebook.Parse(text);
        foreach (var (before, after) in expected.Cells.Zip(saved.Cells))
            Assert.Equal(before.Metadata.ToJsonString(), after.Metadata.ToJsonString());
        Assert.Equal(expected.Metadata.ToJsonString(), saved.Metadata.ToJsonString());
        Assert.Equal("[1.0,null]", saved.Json["mine"]!.ToJsonString());
        Assert.Equal(4, saved.MinorVersion);
        Assert.DoesNotContain("\"id\"", saved.ToJson());
    }

    [Fact]
    public async Task TimingIsRecordedAsNbclientAndPapermillDo()
    {
        using var sandbox = new Sandbox("await Task.Delay(50);", "throw new Exception();", "3");
        sandbox.Notebook.Metadata["papermill"] =
            new System.Text.Json.Nodes.JsonObject { ["version"] = "2.4.0", ["exception"] = true };
        sandbox.Notebook.Cells[1].AddTag("raises-exception");
        sandbox.Notebook.Cells[2].AddTag("skip-execution");
        var (_, saved) = await sandbox.RunAsync();
        Assert.Equal("2.4.0", saved.Metadata["papermill"]!["version"]!.GetValue<string>());
        Assert.NotNull(saved.Cells[1].Metadata["execution"]);
        Assert.Null(saved.Cells[2].Metadata["execution"]);
        var execution = saved.Cells[0].Metadata["execution"]!;
        var begin = DateTimeOffset.Parse(execution["iopub.execute_input"]!.GetValue<string>());
        var end = DateTimeOffset.Parse(execution["shell.execute_reply"]!.GetValue<string>());
        Assert.InRange((end - begin).TotalMilliseconds, 50, 30_000);
        Assert.Null(saved.Metadata["papermill"]!["exception"]);
        Assert.True(saved.Metadata["papermill"]!["duration"]!.GetValue<double>() >= 0.05);
    }

    [Theory]
    [InlineData("Console.WriteLine(\"old\"); \"old\".Display(); ClearOutput(); Console.WriteLine(\"new\");", "new\n")]
    [InlineData("Console.WriteLine(\"old\"); ClearOutput(wait: true); Console.WriteLine(\"new\");", "new\n")]
    [InlineData("Console.WriteLine(\"old\"); ClearOutput(wait: true);", "old\n")] // nothing came instead
    [InlineData("Console.WriteLine(\"old\"); ClearOutput();", null)]
    public async Task WhatIsClearedIsNotKept(string code, string? left)
    {
        using var sandbox = new Sandbox(code);
        var (_, saved) = await sandbox.RunAsync();
        Assert.Equal(left is null ? [] : [left], saved.Cells[0].Outputs.Select(output => output.StreamText));
    }

    [Fact]
    public async Task TheUpdateOfAValueThatNobodyDisplayedIsShown()
    {
        using var sandbox = new Sandbox("""
            using Microsoft.DotNet.Interactive; using Microsoft.DotNet.Interactive.Events;
            using Microsoft.DotNet.Interactive.Formatting;
            var context = KernelInvocationContext.Current;
            FormattedValue[] form = [new("text/plain", "late")];
            context.Publish(new DisplayedValueUpdated("late", "nobody's", context.Command, form));
            """, "1 + 1");
        var (result, saved) = await sandbox.RunAsync();
        Assert.True(result.Outcome == RunOutcome.Ok, result.Message);
        Assert.Equal("late", saved.Cells[0].Outputs[0].Data("text/plain"));
        Assert.Equal("2", saved.Cells[1].Outputs[0].Data("text/plain"));
    }
}
