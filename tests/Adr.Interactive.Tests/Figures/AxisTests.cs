using System.Text.Json.Nodes;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Interactive.Tests.Figures;

public sealed class AxisTests
{
    /// <summary>A share in thousandths.</summary>
    public readonly record struct Share(double Value)
    {
        public static Arbitrary<Share> Any { get; } =
            Gen.Choose(0, 1000).Select(share => new Share(share / 1000.0)).ToArbitrary();

        public override string ToString() => $"{Value}";
    }

    [Law(Arbitrary = [typeof(Share)])]
    public bool A_share_is_drawn_whole_on_the_shortest_axis_that_holds_it(Share[] shares)
    {
        double[] ends = [0.05, 0.1, 0.2, 0.5, 1];
        double[] values = [.. shares.Select(share => share.Value)];
        var axis = Axis.Share("accuracy", [.. values, double.NaN]);
        var largest = values.DefaultIfEmpty(1).Max();
        return axis.Min == 0 && axis.Max >= largest && ends.Where(end => end < axis.Max).All(end => end < largest);
    }

    [Fact]
    public void A_number_that_is_no_share_does_not_move_the_end_beyond_1() =>
        Assert.Equal(1, Axis.Share("accuracy", [1.5]).Max);

    [Fact]
    public void Named_places_are_the_only_marks()
    {
        var figure = new LineFigure("t", [new LineSeries("a", [0, 1, 2], [0.1, 0.2, 0.3])])
        {
            X = new Axis("weight") { Names = ["0", "0.3", "10"] },
        };
        var marks = JsonNode.Parse(figure.As(Mime.Plotly))!["layout"]!["xaxis"]!;
        Assert.Equal(["0", "0.3", "10"], marks["ticktext"]!.AsArray().Select(text => (string)text!));
        Assert.Equal([0.0, 1, 2], marks["tickvals"]!.AsArray().Select(at => (double)at!));
        Assert.Contains(">0.3</text>", figure.As(Mime.Svg));
        Assert.Contains("(10, 0.3)", figure.As(Mime.Text));
    }
}
