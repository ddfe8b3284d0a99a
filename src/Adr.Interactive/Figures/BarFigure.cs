using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>Groups of bars: accuracies of several defences under several attacks.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text])]
public sealed class BarFigure : Figure
{
    private const double GroupShare = 0.8; // of a slot; the rest is the gap
    private readonly Axis _y = new();

    /// <summary>Bars in groups.</summary>
    /// <exception cref="ArgumentException">A series has not one value for each group.</exception>
    public BarFigure(string title, IReadOnlyList<string> groups, params IReadOnlyList<BarSeries> series) : base(title)
    {
        ArgumentNullException.ThrowIfNull(groups);
        (Groups, Series) = ([.. groups], BarSeries.Checked(series, groups.Count, "groups"));
    }

    /// <summary>The names under the groups.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>The bars of each kind.</summary>
    public IReadOnlyList<BarSeries> Series { get; }

    /// <summary>What the groups are. Default: unnamed.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>The vertical axis. Default: from 0 over the data, unnamed.</summary>
    public Axis Y { get => _y; init => _y = value.Checked(nameof(Y)); }

    /// <summary>Decimals of the numbers over the bars; negative: none. Default: 2.</summary>
    public int Decimals { get; init; } = 2;

    private bool ShowsNumbers => Decimals >= 0 && Groups.Count * Series.Count <= 24;

    internal override SvgWriter Draw()
    {
        var svg = new SvgWriter();
        var frame = Frame();
        frame.Draw(svg);
        frame.OpenClip(svg);
        for (var s = 0; s < Series.Count; s++)
            for (var g = 0; g < Groups.Count; g++)
                if (double.IsFinite(Series[s].Values[g])) DrawBar(svg, frame, s, g);
        svg.CloseClip();
        if (ShowsNumbers)
            for (var s = 0; s < Series.Count; s++)
                for (var g = 0; g < Groups.Count; g++)
                    if (double.IsFinite(Series[s].Values[g])) DrawNumber(svg, frame, s, g);
        return svg;
    }

    private protected override JsonArray PlotlyData()
    {
        var data = new JsonArray();
        for (var s = 0; s < Series.Count; s++)
        {
            var series = Series[s];
            var bars = new JsonObject
            {
                ["type"] = "bar",
                ["name"] = Escape.Plotly(series.Name),
                ["x"] = PlotlyParts.Numbers(Enumerable.Range(0, Groups.Count).Select(g => Middle(s, g))),
                ["width"] = GroupShare / Series.Count * 0.92,
                ["y"] = PlotlyParts.Numbers(series.Values),
                ["customdata"] = PlotlyParts.Texts(Groups),
                ["hovertemplate"] = "%{customdata}: %{y}",
                ["marker"] = new JsonObject { ["color"] = Color(s) },
            };
            if (series.PlotlyError(Palette.Ink, 1.4, 3) is { } error) bars["error_y"] = error;
            data.Add(bars);
        }
        return data;
    }

    private protected override JsonObject PlotlyLayout()
    {
        var layout = PlotlyParts.Layout(this, Frame(), XScale().Plotly(lines: false), YScale().Plotly(lines: true));
        layout["barmode"] = "overlay"; // positions are given, as in the static picture
        if (!ShowsNumbers) return layout;
        var numbers = new JsonArray();
        for (var s = 0; s < Series.Count; s++)
            for (var g = 0; g < Groups.Count; g++)
                if (double.IsFinite(Series[s].Values[g]))
                    numbers.Add(new JsonObject
                    {
                        ["x"] = Middle(s, g),
                        ["y"] = Math.Min(Top(s, g), YScale().High),
                        ["text"] = Fixed(Series[s].Values[g], Decimals),
                        ["showarrow"] = false,
                        ["yanchor"] = "bottom",
                        ["font"] = new JsonObject { ["size"] = 11 },
                    });
        layout["annotations"] = numbers;
        return layout;
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        if (Y.Text.Length > 0) text.Append($"\n{Y.Text}");
        for (var s = 0; s < Series.Count; s++)
        {
            text.Append($"\n{Series[s].Name}:");
            for (var g = 0; g < Groups.Count; g++)
            {
                text.Append($"{(g == 0 ? "" : ",")} {Groups[g]} {Short(Series[s].Values[g])}");
                if (Series[s].HasError(g)) text.Append($" [{Short(Series[s].Low![g])}, {Short(Series[s].High![g])}]");
            }
        }
        if (Series.Count == 0 || Groups.Count == 0) text.Append("\nno bars");
        return text.ToString();
    }

    private AxisScale XScale() => AxisScale.Categories(XLabel, Groups);

    private AxisScale YScale() => AxisScale.Over(Y, Series.SelectMany(s => s.Values.Concat(s.Low ?? []).Concat(s.High ?? [])).Append(0), 6);

    private PlotFrame Frame() => new(this, XScale(), YScale(), Series.Count < 2 ? [] : [.. Series.Select((s, i) => new LegendEntry(s.Name, Color(i)))]);

    private string Color(int s) => Palette.Color(Series[s].Style ?? s);

    private double Middle(int s, int g) => g + ((s + 0.5) / Series.Count - 0.5) * GroupShare;

    private double Top(int s, int g) => Math.Max(0, Series[s].HasError(g) ? Math.Max(Series[s].High![g], Series[s].Values[g]) : Series[s].Values[g]);

    private void DrawBar(SvgWriter svg, PlotFrame frame, int s, int g)
    {
        var series = Series[s];
        var (value, half) = (series.Values[g], GroupShare / Series.Count * 0.46);
        var (left, right, middle) = (frame.X(Middle(s, g) - half), frame.X(Middle(s, g) + half), frame.X(Middle(s, g)));
        var (top, foot) = (frame.Y(Math.Max(value, 0)), frame.Y(Math.Min(value, 0)));
        svg.Rect(left, top, right - left, foot - top, Color(s), tip: $"{series.Name}, {Groups[g]}: {Short(value)}");
        if (series.HasError(g))
        {
            var (high, low) = (frame.Y(series.High![g]), frame.Y(series.Low![g]));
            var path = $"M{Length(middle)} {Length(low)}V{Length(high)}M{Length(middle - 4)} {Length(high)}h8M{Length(middle - 4)} {Length(low)}h8";
            svg.Stroke(path, "currentColor", 1.4);
        }
    }

    private void DrawNumber(SvgWriter svg, PlotFrame frame, int s, int g) =>
        svg.Text(frame.X(Middle(s, g)), Math.Max(frame.Y(Top(s, g)), frame.Top) - 4, Fixed(Series[s].Values[g], Decimals), 11, Anchor.Middle);
}
