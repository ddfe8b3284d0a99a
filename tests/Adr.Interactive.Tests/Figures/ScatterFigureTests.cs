using System.Text.Json.Nodes;

namespace Adr.Interactive.Tests.Figures;

public sealed class ScatterFigureTests
{
    [Theory]
    [InlineData(20, 20)]
    [InlineData(21, 2)]
    public void Of_many_notes_one_that_would_lie_over_an_earlier_one_is_left_out(int count, int shown)
    {
        var notes = Enumerable.Range(0, count).Select(i => new Note(i % 2, 0, $"class {i}"));
        var figure = new ScatterFigure("t", new ScatterSeries("s", [-1, 2], [-1, 1])) { Notes = [.. notes] };
        var annotations = JsonNode.Parse(figure.As(Mime.Plotly))!["layout"]!["annotations"]!.AsArray();
        var live = annotations.Select(note => (string)note!["text"]!).ToArray();
        Assert.Equal(Enumerable.Range(0, shown).Select(i => $"<b>class {i}</b>"), live);
        Assert.Equal(shown, figure.As(Mime.Svg).Split(">class ").Length - 1);
    }
}
