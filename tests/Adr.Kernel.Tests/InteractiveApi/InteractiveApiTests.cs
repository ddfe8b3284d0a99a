using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.InteractiveApi;

public class InteractiveApiTests(InteractiveApiRun run) : IClassFixture<InteractiveApiRun>
{
    [Theory]
    [InlineData("usings", "ok3")]
    [InlineData("await", "42")]
    [InlineData("null result", "<null>")]
    [InlineData("state", "42")]
    [InlineData("kept", "5")] // assigned before the throw of an earlier cell
    [InlineData("after compile error", "6")]
    [InlineData("warning", "3")]
    [InlineData("unreachable", "1")]
    [InlineData("union", "5")] // a name in C# 14
    [InlineData("newtonsoft", "{\"A\":1}")] // without a #r
    [InlineData("mixed", "2")]
    [InlineData("load", "40")]
    [InlineData("null text", "goes on")]
    [InlineData("readings", "3")] // a lazy sequence is read once when it is shown
    [InlineData("import notebook", "99")]
    [InlineData("import dib", "4")]
    [InlineData("reference", "42")]
    [InlineData("reference shared", "True")] // one type in the engine, the cell and the library
    [InlineData("reference framework", "GET")]
    [InlineData("reference aspnet", "GET")]
    [InlineData("context", "False")]
    [InlineData("context publish", "csharp csharp True")]
    [InlineData("submit failing", "True")]
    [InlineData("set", "6")]
    [InlineData("stdin", "True")]
    [InlineData("recursion", "20000")]
    [InlineData("unicode", "日本")]
    public void Result(string cell, string expected)
    {
        Assert.DoesNotContain(run[cell].Outputs, output => output.Type == "error");
        var result = Assert.Single(run[cell].Outputs, output => output.Type == "execute_result");
        Assert.Equal(expected, result.Data("text/plain"));
        Assert.Equal(run[cell].ExecutionCount, result.Json["execution_count"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("streams", "stdout:ab\n|stderr:e\n|stdout:c1.5\n")]
    [InlineData("child process", "stdout:from child\n")]
    [InlineData("background", "stdout:late text\n")] // it belongs to the cell that started it
    [InlineData("awaits background", "stdout:own text\n")]
    [InlineData("progress line", "stdout:100 %\n")]
    [InlineData("no result", "")]
    [InlineData("update", "")]
    public void Streams(string cell, string expected) =>
        Assert.Equal(
            expected, string.Join('|', run[cell].Outputs.Select(output => $"{output.StreamName}:{output.StreamText}")));

    [Fact]
    public void NativeWritesAreStreamsOfTheirCell() =>
        Assert.Equal(
            ["stderr:from write\n", "stdout:from puts\n"],
            run["native"].Outputs.Select(output => $"{output.StreamName}:{output.StreamText}").Order());

    [Fact]
    public void CharactersBeyondTheBasicPlaneSurviveOneByOne() =>
        Assert.Equal("é😀", run["unicode"].Outputs[0].StreamText);

    [Fact]
    public void TextAndValuesKeepTheirOrder() => Assert.Equal(
        ["1\n", "two", "3\n", "4", "five"],
        run["order"].Outputs.Select(output => output.Type == "stream" ? output.StreamText : output.Data("text/plain")));

    [Fact]
    public void HtmlIsFirstAndPlainTextBesideIt()
    {
        Assert.Equal(["text/html", "text/plain"], run["await"].Outputs[0].MimeTypes);
        Assert.Equal(["text/plain"], run["usings"].Outputs[0].MimeTypes); // a string's preferred type
    }

    [Fact]
    public void UpdateReplacesTheValueWhereItStands()
    {
        Assert.Equal(["changed", "second", "12.5"], run["display"].Outputs.Select(output => output.Data("text/plain")));
        // A DisplayedValue is not a result.
        Assert.All(run["display"].Outputs, output => Assert.Equal("display_data", output.Type));
        Assert.Equal("<b>2</b>", Assert.Single(run["update html"].Outputs).Data("text/html"));
        var shown = run.Events.OfType<ValueShown>().First(value => value.Text == "first");
        Assert.Equal(
            run["update"].ExecutionCount,
            run.Events.OfType<ValueShown>()
                .Single(value => value.IsUpdate && value.DisplayId == shown.DisplayId).Number);
    }

    [Fact]
    public void TheContextOfDotNetInteractiveShowsUpdatesAndPublishes()
    {
        var shown = run["context display"].Outputs;
        Assert.Equal(["text/html", "text/plain"], shown[0].MimeTypes);
        Assert.EndsWith("A: 2", shown[0].Data("text/plain"));
        Assert.Equal("<u>as</u>", shown[1].Data("text/html"));
        Assert.Empty(run["context update"].Outputs);
        Assert.Equal("<p>published</p>", run["context publish"].Outputs[0].Data("text/html"));
        Assert.Equal("<i>2</i>", Assert.Single(run["hidden functions"].Outputs).Data("text/html"));
    }

    [Fact]
    public void CodeThatACellSendsRunsInTheSession()
    {
        Assert.Equal(["by submission", "False"], run["submit"].Outputs.Select(output => output.Data("text/plain")));
        Assert.Contains("Exception: sent", run["submit failing"].Outputs[0].StreamText);
    }

    [Fact]
    public void JsonTypesAreStoredAsJson()
    {
        var outputs = run["display as"].Outputs;
        Assert.Equal("""{"k":[1.0,2]}""", outputs[0].Data("application/vnd.test+json"));
        Assert.Equal("<i>x</i>", outputs[1].Data("text/html"));
        Assert.Equal("\"not json\"", outputs[2].Data("application/json")); // kept, as a JSON string
    }

    [Fact]
    public void TablesAreDataAndHtml()
    {
        var table = Assert.Single(run["table"].Outputs);
        Assert.Equal("y", table.Value("application/table-schema+json")!["data"]![1]!["B"]!.GetValue<string>());
        Assert.Contains("<td>x</td>", table.Data("text/html"));
    }

    [Fact]
    public void HelpersShowHtml()
    {
        var html = run["helpers"].Outputs.Select(output => output.Data("text/html")!).ToList();
        Assert.Equal("<script type=\"text/javascript\">alert(1)</script>", html[0]);
        Assert.Contains("\"b { color: red }\"", html[1]);
        Assert.Equal("<u>h</u>", html[2]);
        Assert.Equal(["text/html"], run["helpers"].Outputs[2].MimeTypes);
    }

    [Fact]
    public void FormattedValuesAreTakenAsTheyAre()
    {
        var output = Assert.Single(run["formatted value"].Outputs);
        Assert.Equal(["text/html", "image/png"], output.MimeTypes);
        Assert.Equal("aGk=", output.Data("image/png"));
    }

    [Fact]
    public void LatexIsShownAsLatexAndAsItsText()
    {
        Assert.Equal(["of $a$", "$$x^2$$"], run["latex"].Outputs.Select(output => output.Data("text/latex")));
        Assert.All(run["latex"].Outputs, output => Assert.Equal(output.Data("text/latex"), output.Data("text/plain")));
    }

    [Fact]
    public void TextBelowAValueDirectiveIsAVariable() =>
        Assert.Equal("Roses are \"red\"", Assert.Single(run["value"].Outputs).Data("text/plain"));

    [Fact]
    public void NoTextIsEmptyText() => Assert.Equal("", run["null text"].Outputs[0].Data("text/html"));

    [Fact]
    public void ALazySequenceIsHtmlAlone() => Assert.Equal(["text/html"], run["lazy"].Outputs[0].MimeTypes);

    [Fact]
    public void RegisteredFormattersAndPreferredTypesAreUsed()
    {
        Assert.Equal("<em>1|2</em>", run["register"].Outputs[0].Data("text/html"));
        Assert.Equal(["image/svg+xml", "text/html", "text/plain"], run["preferred"].Outputs[0].MimeTypes);
        Assert.Equal("<svg>3</svg>", run["preferred"].Outputs[0].Data("image/svg+xml"));
    }

    [Fact]
    public void FormatterSourcesAreFoundByConvention()
    {
        var figure = run["source"].Outputs[0];
        Assert.Equal(["application/vnd.plotly.v1+json", "text/html", "text/plain"], figure.MimeTypes);
        Assert.Equal("""{"data":[{"y":[1.50]}]}""", figure.Data("application/vnd.plotly.v1+json"));
        Assert.Equal("a plot", figure.Data("text/plain"));
    }

    [Fact]
    public void WarningsAreShownBeforeTheResultExceptThoseThatNobodyCanMend()
    {
        var (warning, result) = (run["unreachable"].Outputs[0], run["unreachable"].Outputs[1]);
        var cell = $"Cell [{run["unreachable"].ExecutionCount}]";
        Assert.Equal($"{cell}, line 4, column 5: warning CS0162: Unreachable code detected\n", warning.StreamText);
        Assert.Equal(("stderr", "execute_result"), (warning.StreamName, result.Type));
        Assert.Single(run["nullable"].Outputs); // CS8632 is not shown
    }

    [Fact]
    public void DiagramsAreThereForFrontEndsThatKnowMermaid()
    {
        var diagram = Assert.Single(run["mermaid"].Outputs);
        Assert.Equal(["text/html", "text/vnd.mermaid", "text/plain"], diagram.MimeTypes);
        Assert.Equal("graph TD; A-->B", diagram.Data("text/vnd.mermaid"));
        Assert.Contains("<pre>graph TD; A--&gt;B</pre>", diagram.Data("text/html"));
    }

    [Fact]
    public void PocketViewWorks() =>
        Assert.Equal("<div style=\"color:red\"><b>hi</b></div>", run["pocket view"].Outputs[0].Data("text/html"));

    [Fact]
    public void MarkdownIsRendered()
    {
        var html = Assert.Single(run["markdown"].Outputs).Data("text/html")!;
        Assert.Contains("<h1 id=\"heading\">Heading</h1>", html);
        Assert.Contains("<em>text</em> <span class=\"math\">", html);
        Assert.Equal("# Heading\n\n*text* $x^2$", run["markdown"].Outputs[0].Data("text/markdown"));
        Assert.Equal("display_data", run["mixed"].Outputs[0].Type);
        Assert.Contains("<strong>bold</strong>", run["mixed"].Outputs[0].Data("text/html"));
    }

    [Fact]
    public void OtherDirectivesShowTheirThings()
    {
        Assert.Equal("<p>raw</p>", run["html"].Outputs[0].Data("text/html"));
        Assert.Equal(
            "<script type=\"text/javascript\">let x = 1;</script>", run["javascript"].Outputs[0].Data("text/html"));
        Assert.Matches(@"^Wall time: [\d.]+ms$", run["time"].Outputs[0].Data("text/plain"));
        Assert.Contains("awaited", run["who"].Outputs[0].Data("text/plain"));
        Assert.Contains("<td>kept</td><td>Int32</td><td>5</td>", run["whos"].Outputs[0].Data("text/html"));
        Assert.Contains("Roslyn 5.", run["about"].Outputs[0].Data("text/plain"));
        Assert.Contains("<em>imported text</em>", run["import notebook"].Outputs[0].Data("text/html"));
        Assert.Matches(@"^Wall time: [\d.]+ms$", run["import notebook"].Outputs[1].Data("text/plain"));
    }

    [Theory]
    [InlineData(
        "throws", "System.InvalidOperationException", "bad 7", "   at Thrower(Int32 x) in Cell [{0}], line 3",
        "   at top level in Cell [{0}], line 5")]
    [InlineData(
        "throws async", "System.IndexOutOfRangeException", "outside the bounds",
        "   at top level in Cell [{0}], line 3")]
    [InlineData(
        "inner", "System.ApplicationException", "outer", " ---> System.FormatException: inner",
        "   at top level in Cell [{0}], line 1")]
    // Which of the two comes first is a matter of chance.
    [InlineData(
        "aggregate", "System.AggregateException", "One or more errors occurred. (",
        "   at lambda() in Cell [{0}], line 1", " ---> (Inner Exception #1) System.")]
    [InlineData(
        "does not compile", "CompilationError", "Cell [{0}], line 3, column 13: error CS0029",
        "    int wrong = \"text\";", "                ^",
        "Cell [{0}], line 4, column 1: error CS0103: The name 'Missing' does not exist in the current context")]
    [InlineData(
        "with", "CompilationError", "put it in parentheses: (chosen with { … })",
        "To show a changed copy, put it in parentheses: (chosen with { … }). To keep it, assign it: " +
        "var copy = chosen with { … };")]
    [InlineData(
        "missing using", "CompilationError", "error CS0246",
        "StringReader is known in System.IO. Add this line: using System.IO;")]
    [InlineData(
        "misspelt using", "CompilationError", "error CS0234",
        "There is no namespace System.Linqq. Did you mean: using System.Linq;")]
    [InlineData("unknown using", "CompilationError", "error CS0246", "No assembly that the notebook uses has")]
    [InlineData(
        "unknown name", "CompilationError", "error CS0103",
        "If a cell above declares this name, run that cell first.")]
    [InlineData("lines", "System.Exception", "line six", "   at top level in Cell [{0}], line 6")]
    [InlineData(
        "bad formatter", "System.NotSupportedException", "cannot show",
        "   at lambda(Odd o, FormatContext w) in Cell [{0}], line 2")]
    [InlineData(
        "load error", "CompilationError", "broken.csx, line 2, column 14: error CS0103", "    int broken = nothing;")]
    [InlineData(
        "import failing dib", "System.Exception", "in the dib", "   at top level in failing.dib cell 1, line 1")]
    [InlineData(
        "import foreign notebook", "DirectiveError", "'#!fsharp' is not C#", "   at foreign.ipynb cell 2, line 2")]
    [InlineData("import missing", "DirectiveError", "there is no file", "   at Cell [{0}], line 1")]
    [InlineData("reference missing", "CompilationError", "Nowhere.dll was looked for in ", "    #r \"Nowhere.dll\"")]
    [InlineData("set input", "System.NotSupportedException", "--input 'prompt=value'")]
    [InlineData("input", "System.NotSupportedException", "-p name=value", "   at top level in Cell [{0}], line 1")]
    public void Error(string cell, string name, string value, params string[] traceback)
    {
        var number = run[cell].ExecutionCount!.ToString()!;
        var error = Assert.Single(run[cell].Outputs, output => output.Type == "error");
        Assert.Equal(name, error.ErrorName);
        Assert.Contains(value.Replace("{0}", number), error.ErrorValue);
        foreach (var line in traceback)
            Assert.Contains(
                error.Traceback, found => found.StartsWith(line.Replace("{0}", number), StringComparison.Ordinal));
        Assert.DoesNotContain(
            error.Traceback, line => line.Contains("Microsoft.CodeAnalysis") || line.Contains("Adr.Kernel.Engine"));
        Assert.Same(error.Json, run[cell].Outputs[^1].Json);
    }

    [Fact]
    public void TheStackOfANativeLibraryInAMessageIsLeftOut()
    {
        var error = Assert.Single(run["native frames"].Outputs);
        Assert.Equal("bad size", error.ErrorValue);
        Assert.Equal(["System.Exception: bad size", $"   at top level in Cell [{run["native frames"].ExecutionCount}], "
            + "line 1"], error.Traceback);
    }

    [Fact]
    public void AnExceptionThatCannotSpeakForItselfIsAnErrorAllTheSame()
    {
        var mute = Assert.Single(run["mute exception"].Outputs);
        Assert.EndsWith("+Mute", mute.ErrorName);
        Assert.Equal("", mute.ErrorValue);
        var liar = Assert.Single(run["throwing exception"].Outputs);
        Assert.Equal("(its Message threw System.FormatException)", liar.ErrorValue);
        Assert.StartsWith(liar.ErrorName + ": (its Message", liar.Traceback[0]);
        Assert.Equal(
            $"   at top level in Cell [{run["throwing exception"].ExecutionCount}], line 3", liar.Traceback[1]);
    }

    [Fact]
    public void AVersionThatTheEngineDoesNotHaveIsNamedBesideTheErrorItCauses()
    {
        var outputs = run["reference older"].Outputs;
        Assert.Equal(["stream", "error"], outputs.Select(output => output.Type));
        Assert.Contains("Markdig.dll has version 999.0.0.0, but the engine itself uses version", outputs[0].StreamText);
    }

    [Fact]
    public void CompileErrorsLeaveNothingBehind() => Assert.Single(run["does not compile"].Outputs);

    [Fact]
    public void RunsInTheNotebooksFolder() => Assert.Equal(run.Folder, run["directory"].Outputs[0].Data("text/plain"));

    [Fact]
    public void FailuresAreTheCellsWithErrors()
    {
        Assert.Equal(RunOutcome.CellFailed, run.Result.Outcome);
        var failed = run.Result.Notebook!.Cells
            .Where(cell => cell.Outputs.Any(output => output.Type == "error"))
            .Select(cell => cell.ExecutionCount!.Value);
        Assert.Equal(failed, run.Result.Failures.Select(failure => failure.Number));
        Assert.StartsWith(
            $"Cell [{run.Result.Failures[0].Number}] failed: System.InvalidOperationException: bad 7",
            run.Result.Message);
    }

    [Fact]
    public void EventsTellTheRunInOrder()
    {
        Assert.IsType<EngineStarted>(run.Events[0]);
        Assert.IsType<RunStarted>(run.Events[1]);
        Assert.IsType<NotebookSaved>(run.Events[^1]);
        var number = run["streams"].ExecutionCount!.Value;
        var own = run.Events.SkipWhile(told => told is not CellStarted start || start.Number != number).Skip(1)
            .TakeWhile(told => told is not CellStarted);
        Assert.Collection(own.Where(told => told is not NotebookSaved),
            told => Assert.Equal(new StreamText(number, "stdout", "ab\n"), told),
            told => Assert.Equal(new StreamText(number, "stderr", "e\n"), told),
            told => Assert.Equal(new StreamText(number, "stdout", "c1.5\n"), told),
            told => Assert.Null(Assert.IsType<CellFinished>(told).Failure));
    }
}
