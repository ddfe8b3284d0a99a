using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Tests.Running;

public class OutputComparisonTests
{
    [Theory]
    [InlineData("took 1.25 s", "took 0.9 s")]
    [InlineData("Wall time: 12.5ms", "Wall time: 801ms")]
    [InlineData("3 min 05 s", "2 min 59 s")]
    [InlineData("at 2026-11-28T06:00:01Z", "at 2025-01-01T10:20:30Z")]
    [InlineData("12:30:01 start", "09:00:00 start")]
    [InlineData("id 0f8fad5b-d9cb-469f-a165-70867728950e", "id 7c9e6679-7425-40de-944b-e07fc1f90ae7")]
    [InlineData("at 0x7f3a2c001000", "at 0x55d0aa112200")]
    [InlineData("/tmp/a1b2/x.txt is there", "/tmp/zz/y.txt is there")]
    public void WhatDiffersFromRunToRunIsNoDifference(string before, string after) =>
        Assert.Empty(Compare(before, after));

    [Theory]
    [InlineData("accuracy 0.97", "accuracy 0.96")]
    [InlineData("3 epochs", "4 epochs")]
    [InlineData("seed 1", "seed 2")]
    [InlineData("a\nb", "a")]
    [InlineData("5 images", "5 image")]
    public void AnythingElseIs(string before, string after) =>
        Assert.Contains("Cell 1, from line", Assert.Single(Compare(before, after)));

    [Fact]
    public void PiecesOfOneStreamAreOneText() =>
        Assert.Empty(OutputComparison.Differences(
            With([Output.Stream("stdout", "a\nb\n")]),
            With([Output.Stream("stdout", "a"), Output.Stream("stdout", "\nb"), Output.Stream("stdout", "\n")])));

    [Fact]
    public void ValuesAreComparedByTheirTextAndByWhatTheyOffer()
    {
        static Output Value(params (string Type, string Text)[] data) =>
            Output.DisplayData(Output.Bundle(data.Select(one => KeyValuePair.Create(one.Type, one.Text))));
        Assert.Empty(OutputComparison.Differences(
            With([Value(("text/plain", "4"), ("text/html", "<b id=1>4</b>"))]),
            With([Value(("text/plain", "4"), ("text/html", "<b id=2>4</b>"))])));
        Assert.Single(OutputComparison.Differences(
            With([Value(("text/plain", "4"), ("text/html", "4"))]), With([Value(("text/plain", "4"))])));
        Assert.Single(
            OutputComparison.Differences(With([Value(("text/html", "4"))]), With([Value(("text/html", "5"))])));
    }

    [Fact]
    public void ATaggedCellAndAnInjectedOneAreNotCompared()
    {
        var (before, after) = (With([Output.Stream("stdout", "a")]), With([Output.Stream("stdout", "b")]));
        after.Cells[0].AddTag(OutputComparison.IgnoreTag);
        var injected = Cell.Code("int n = 3;");
        injected.AddTag("injected-parameters");
        after.Insert(0, injected);
        Assert.Empty(OutputComparison.Differences(before, after));
    }

    private static IReadOnlyList<string> Compare(string before, string after) =>
        OutputComparison.Differences(With([Output.Stream("stdout", before)]), With([Output.Stream("stdout", after)]));

    private static Notebook With(IEnumerable<Output> outputs)
    {
        var notebook = Notebook.Create();
        var cell = Cell.Code("1");
        cell.SetOutputs(outputs);
        notebook.Add(cell);
        return notebook;
    }
}
