using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Adr.Interactive.Tests.Figures;

[Properties(Arbitrary = [typeof(AnyNumbersTests.Numbers)])]
public class AnyNumbersTests
{
    /// <summary>Up to twelve numbers: plain ones, the largest, the smallest, and those that are none.</summary>
    public sealed record Numbers(double[] Values)
    {
        private static readonly Gen<double> Number = Gen.OneOf(
            Gen.Choose(-1000, 1000).Select(i => i / 100.0),
            Gen.Elements(
                0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue,
                double.Epsilon, 1e-300, 1e300, -1e17, 0.1 + 0.2));

        public static Arbitrary<Numbers> Any { get; } = Arb.From(
            from count in Gen.Choose(0, 12)
            from values in Number.ArrayOf(count)
            select new Numbers(values),
            numbers => numbers.Fewer());

        internal double[] Reversed => [.. Values.Reverse()];

        public override string ToString() => $"[{string.Join(", ", Values)}]";

        private IEnumerable<Numbers> Fewer() =>
            Enumerable.Range(0, Values.Length).Select(at => new Numbers([.. Values[..at], .. Values[(at + 1)..]]));
    }

    public class LineFigureOf
    {
        [Law(MaxTest = 300)]
        public void Any_numbers_is_a_figure(Numbers any)
        {
            var series = new LineSeries("s", any.Values, any.Reversed) { Low = any.Values, High = any.Values };
            IsFigure(new LineFigure("t", series));
        }

        [Fact]
        public void A_long_curve_stays_small_and_keeps_its_peaks()
        {
            var x = Enumerable.Range(0, 200_000).Select(i => (double)i).ToArray();
            var y = x.Select(v => v == 123_456 ? 1.0 : Math.Sin(v) * 0.1).ToArray();
            var svg = new LineFigure("t", new LineSeries("s", x, y)) { Y = Axis.Share("y") }.As(Mime.Svg);
            Assert.InRange(svg.Length, 1, 60_000);
            var top = new LineFigure("t", new LineSeries("s", [0, 1], [1, 1])) { Y = Axis.Share("y") }.As(Mime.Svg);
            var highest = (string s) => Regex.Matches(s, @"[ML][\d.]+ ([\d.]+)")
                .Min(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
            Assert.Equal(highest(top), highest(svg), 1.0);
        }

        [Fact]
        public void A_gap_splits_the_curve()
        {
            var series = new LineSeries("", [0, 1, 2, 3, 4], [1, 1, double.NaN, 1, 1]) { Markers = false };
            var svg = new LineFigure("t", series).As(Mime.Svg);
            var path = Regex.Match(svg, "<path d=\"([^\"]*)\"").Groups[1].Value;
            Assert.Equal(2, path.Count(c => c == 'M'));
        }

        [Fact]
        public void X_and_y_of_different_length_are_refused() =>
            Assert.Equal("y", Assert.Throws<ArgumentException>(() => new LineSeries("s", [1, 2], [1])).ParamName);

        [Fact]
        public void A_band_of_another_length_is_refused()
        {
            var error = Assert.Throws<ArgumentException>(() => new LineSeries("s", [1, 2], [1, 2]) { Low = [1] });
            Assert.Contains("2 points", error.Message);
        }

        [Fact]
        public void Its_arrays_are_its_own()
        {
            double[] y = [1, 2];
            var series = new LineSeries("s", [1, 2], y);
            y[0] = 99;
            Assert.Equal(1, series.Y[0]);
        }
    }

    public class BarFigureOf
    {
        [Law(MaxTest = 300)]
        public void Any_numbers_is_a_figure(Numbers any)
        {
            var first = new BarSeries("s", any.Values) { Low = any.Values, High = any.Values };
            var second = new BarSeries("r", any.Reversed);
            IsFigure(new BarFigure("t", [.. any.Values.Select((_, i) => $"group {i}")], first, second));
        }

        [Fact]
        public void A_missing_value_for_a_group_is_refused() =>
            Assert.Throws<ArgumentException>(() => new BarFigure("t", ["a", "b"], new BarSeries("s", 1)));
    }

    public class IntervalFigureOf
    {
        [Law(MaxTest = 300)]
        public void Any_numbers_is_a_figure(Numbers any)
        {
            var series = Enumerable.Range(0, 6)
                .Select(i => new BarSeries($"{i}", any.Values) { Low = any.Values, High = any.Reversed });
            IsFigure(new IntervalFigure("t", [.. any.Values.Select((_, i) => $"line {i}")], [.. series]));
        }

        [Fact]
        public void A_missing_value_for_a_line_is_refused() =>
            Assert.Throws<ArgumentException>(() => new IntervalFigure("t", ["a", "b"], new BarSeries("s", 1)));
    }

    public class ScatterFigureOf
    {
        [Law(MaxTest = 300)]
        public void Any_numbers_is_a_figure(Numbers any)
        {
            var series = Enum.GetValues<Symbol>()
                .Select(symbol => new ScatterSeries($"{symbol}", any.Values, any.Reversed) { Symbol = symbol });
            IsFigure(new ScatterFigure("t", [.. series]) { Notes = [.. any.Values.Select(v => new Note(v, v, "n"))] });
        }

        [Fact]
        public void Every_finite_point_is_drawn_once()
        {
            var svg = new ScatterFigure("t", new ScatterSeries("s", [1, 2, 2, double.NaN], [1, 2, 2, 3])).As(Mime.Svg);
            var path = Regex.Match(svg, "<path d=\"([^\"]*)\"").Groups[1].Value;
            Assert.Equal(2, path.Count(c => c == 'M'));
        }
    }

    public class HeatmapFigureOf
    {
        [Law(MaxTest = 300)]
        public void Any_numbers_is_a_figure(Numbers any)
        {
            var values = any.Values;
            var (shades, texts) = (new double[values.Length, 2], new string[values.Length, 2]);
            for (var i = 0; i < values.Length; i++)
                (shades[i, 0], shades[i, 1], texts[i, 0], texts[i, 1]) = (values[i], -values[i], "a", "b");
            IsFigure(new HeatmapFigure("t", shades, texts, [.. values.Select((_, i) => $"{i}")], ["l", "r"]));
        }

        [Fact]
        public void Sizes_that_differ_are_refused() =>
            Assert.Throws<ArgumentException>(() =>
                new HeatmapFigure("t", new double[2, 2], new string[2, 1], ["a", "b"], ["a", "b"]));
    }

    public class NoNumbers
    {
        [Fact]
        public void Is_a_figure_too()
        {
            IsFigure(new LineFigure(""));
            IsFigure(new BarFigure("", []));
            IsFigure(new BarFigure("", ["a"]));
            IsFigure(new IntervalFigure("", []));
            IsFigure(new IntervalFigure("", ["a"]));
            IsFigure(new ScatterFigure(""));
            IsFigure(new HeatmapFigure("", new double[0, 0], new string[0, 0], [], []));
            Assert.NotEmpty(XDocument.Parse(new FigureRow().As(Mime.Svg)).ToString());
            Assert.NotEmpty(XDocument.Parse(new ImageGrid("").As(Mime.Svg)).ToString());
        }

        [Theory]
        [InlineData(239)]
        [InlineData(4001)]
        public void A_size_out_of_range_is_refused(int size) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => new LineFigure("") { Width = size });

        [Fact]
        public void An_axis_that_runs_backwards_is_refused() =>
            Assert.Throws<ArgumentException>("Y", () => new LineFigure("") { Y = new Axis { Min = 1, Max = 0 } });
    }

    /// <summary>Well-formed XML with finite numbers only, and JSON that a browser reads.</summary>
    private static void IsFigure(Figure figure)
    {
        var svg = XDocument.Parse(figure.As(Mime.Svg));
        string[] lengths = ["x", "y", "x1", "y1", "width", "height", "d", "points"];
        foreach (var attribute in svg.Descendants().Attributes().Where(a => lengths.Contains(a.Name.LocalName)))
            foreach (Match number in Regex.Matches(attribute.Value, @"-?[\d.]+(e[+-]?\d+)?|NaN|∞|Infinity"))
                Assert.InRange(double.Parse(number.Value, CultureInfo.InvariantCulture), -1e5, 1e5);
        using var json = JsonDocument.Parse(figure.As(Mime.Plotly));
        foreach (var axis in new[] { "xaxis", "yaxis" })
        {
            var range = json.RootElement.GetProperty("layout").GetProperty(axis).GetProperty("range");
            Assert.NotEqual(range[0].GetDouble(), range[1].GetDouble());
        }
        Assert.NotEmpty(figure.As(Mime.Text) + figure.Title);
    }
}
