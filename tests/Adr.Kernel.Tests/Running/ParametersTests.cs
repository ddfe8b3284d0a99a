using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.Running;

public class ParametersTests
{
    private const string Declared = """
        int epochs = 5; double rate = 0.1, decay = 1e-3; string name = "x";
        bool fast = false; var text = "t"; var count = 3; var negative = -1.5f; long big = 1; int? maybe = null;
        double[] epsilons = { 0.1 }; string[] names = new[] { "a" };
        var kind = DayOfWeek.Monday; DayOfWeek day = DayOfWeek.Friday;
        var unknown = Compute(); var sizes = new[] { 1, 2 }; var mixed = new[] { 1, 0.5 };
        """;

    [Theory]
    [InlineData("epochs", "7", "int epochs = 7;")]
    [InlineData("rate", "2", "double rate = 2d;")]
    [InlineData("decay", "1e-5", "double decay = 1E-05d;")]
    [InlineData("rate", "NaN", "double rate = double.NaN;")]
    [InlineData("name", "5", "string name = \"5\";")]
    [InlineData("name", "say \"hi\"\\", "string name = \"say \\\"hi\\\"\\\\\";")]
    [InlineData("fast", "True", "bool fast = true;")]
    [InlineData("text", "quick", "string text = \"quick\";")]
    [InlineData("count", "-4", "int count = -4;")]
    [InlineData("negative", "2.5", "float negative = 2.5f;")]
    [InlineData("big", "5000000000", "long big = 5000000000L;")]
    [InlineData("maybe", "null", "int? maybe = null;")]
    [InlineData("maybe", "3", "int? maybe = 3;")]
    [InlineData("epsilons", "[0.1, 0.3]", "double[] epsilons = [0.1d, 0.3d];")]
    [InlineData("epsilons", "0.1,0.3", "double[] epsilons = [0.1d, 0.3d];")]
    [InlineData("names", "[\"a,b\"]", "string[] names = [\"a,b\"];")]
    [InlineData("kind", "sunday", "DayOfWeek kind = Enum.Parse<DayOfWeek>(\"sunday\", ignoreCase: true);")]
    [InlineData("sizes", "[3]", "int[] sizes = [3];")]
    [InlineData("mixed", "[3, 0.5]", "mixed = [3, 0.5d];")] // the compiler knows its type
    [InlineData("unknown", "3", "unknown = 3;")]
    [InlineData("unknown", "abc", "unknown = \"abc\";")]
    [InlineData("unknown", "[abc", "unknown = \"[abc\";")]
    [InlineData("unknown", "[{\"a\":1,\"a\":2}]", "unknown = \"[{\\\"a\\\":1,\\\"a\\\":2}]\";")]
    [InlineData("names", "[\"\\ud800\"]", "string[] names = [\"\ufffd\"];")]
    public void ValuesBecomeLiteralsOfTheDeclaredType(string name, string value, string expected) =>
        Assert.Equal($"// Parameters\n{expected}", Inject(Notebook(), name, value).Cells[2].Source);

    [Theory]
    [InlineData("epochs", "many", "'int epochs = 5'", "not a value of type int")]
    [InlineData("epochs", "1.5", "'int epochs = 5'", "not a value of type int")]
    [InlineData("fast", "yes", "'bool fast = false'", "not a value of type bool")]
    [InlineData("epsilons", "[0.1, x]", "double[] epsilons", "not a value of type double[]")]
    [InlineData("sizes", "[0.5]", "var sizes", "not a value of type int[]")]
    [InlineData("epoch", "1", "int epochs = 5, double rate = 0.1", "no parameter 'epoch'")]
    public void WhatDoesNotFitIsRefused(string name, string value, string expected, string alsoExpected)
    {
        var error = Assert.Throws<RunUsageException>(() => Inject(Notebook(), name, value));
        Assert.Contains(expected, error.Message);
        Assert.Contains(alsoExpected, error.Message);
    }

    [Fact]
    public void ParametersThatAreNestedTooDeeplyAreToldAndNotRead()
    {
        var notebook = Notebook();
        notebook.Cells[1].Source = $"var x = {new string('!', 20_000)}true;";
        var error = Assert.Throws<RunUsageException>(() => Inject(notebook, "x", "1"));
        Assert.Contains("nested too deeply", error.Message);
    }

    [Fact]
    public void ANotebookWithoutParametersSaysHowToHaveThem()
    {
        var notebook = Kernel.Notebooks.Notebook.Create();
        Assert.Contains("'parameters'", Assert.Throws<RunUsageException>(() => Inject(notebook, "x", "1")).Message);
    }

    [Fact]
    public void TheCellFollowsTheDeclarationAndIsReplacedOnARerun()
    {
        var notebook = Inject(Inject(Notebook(), "epochs", "1"), "epochs", "2");
        Assert.Equal(4, notebook.Cells.Count);
        Assert.Equal(["injected-parameters"], notebook.Cells[2].Tags);
        Assert.Equal("// Parameters\nint epochs = 2;", notebook.Cells[2].Source);
        Assert.Equal("after", notebook.Cells[3].Source);
    }

    [Fact]
    public async Task AnExpressionsTypeIsKept()
    {
        using var sandbox = new Sandbox(
            "var epsilon = 8 / 255.0; var steps = new[] { 1, 0.5 };", "$\"{epsilon / 2} {steps.Sum()}\"");
        sandbox.Notebook.Cells[0].AddTag("parameters");
        var (result, saved) = await sandbox.RunAsync(options =>
            options with { Parameters = new Dictionary<string, string> { ["epsilon"] = "1", ["steps"] = "[1, 2]" } });
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.Equal("0.5 3", saved.Cells[2].Outputs[0].Data("text/plain"));

        (result, _) = await sandbox.RunAsync(
            options => options with { Parameters = new Dictionary<string, string> { ["epsilon"] = "abc" } });
        Assert.Equal(RunOutcome.CellFailed, result.Outcome);
        Assert.Contains("Cell [2], line 2, column 11: error CS0029", result.Message);
    }

    [Fact]
    public async Task CellsSeeTheInjectedValues()
    {
        using var sandbox = new Sandbox(
            "int epochs = 5; var budget = \"smoke\"; double[] eps = { 1.0 }; DayOfWeek day = DayOfWeek.Friday;",
            "$\"{epochs} {budget} {eps.Sum()} {day}\"");
        sandbox.Notebook.Cells[0].AddTag("parameters");
        var values = new Dictionary<string, string> { ["budget"] = "quick", ["eps"] = "0.25,0.5", ["day"] = "monday" };
        var (result, saved) = await sandbox.RunAsync(options => options with { Parameters = values });
        Assert.Equal(RunOutcome.Ok, result.Outcome);
        Assert.Equal("5 quick 0.75 Monday", saved.Cells[2].Outputs[0].Data("text/plain"));
        Assert.Equal("quick", saved.Metadata["papermill"]!["parameters"]!["budget"]!.GetValue<string>());

        (result, _) = await sandbox.RunAsync(
            options => options with { Parameters = new Dictionary<string, string> { ["bugdet"] = "x" } });
        Assert.Equal(RunOutcome.Usage, result.Outcome);
        // The output of the earlier run is untouched.
        Assert.Contains("string", Kernel.Notebooks.Notebook.Load(sandbox.OutputPath).Cells[1].Source);
    }

    private static Notebook Notebook()
    {
        var notebook = Kernel.Notebooks.Notebook.Create();
        notebook.Add(Cell.Markdown("title"));
        notebook.Add(Cell.Code(Declared));
        notebook.Cells[1].AddTag("parameters");
        notebook.Add(Cell.Code("after"));
        return notebook;
    }

    [Theory]
    [InlineData(true, "unknown = \"007\";")]
    [InlineData(false, "unknown = 7;")]
    public void ATextWhereTheTypeIsNotStatedIsText(bool isText, string statement)
    {
        var notebook = Notebook();
        NotebookParameter.Inject(
            notebook, new Dictionary<string, string> { ["unknown"] = "007" },
            isText ? new HashSet<string> { "unknown" } : new HashSet<string>());
        Assert.EndsWith(statement, notebook.Cells.Single(cell => cell.HasTag("injected-parameters")).Source);
    }

    private static Notebook Inject(Notebook notebook, string name, string value)
    {
        NotebookParameter.Inject(notebook, new Dictionary<string, string> { [name] = value }, new HashSet<string>());
        return notebook;
    }
}
