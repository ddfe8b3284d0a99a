using System.Text;
using System.Text.Json.Nodes;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive.Drawing;

/// <summary>
/// A plotly figure as an SVG: points, lines, areas, bars and heat maps, with their error bars, texts, axes and legend,
/// over the pictures that the figure has as PNG. A trace of another type is named under the plot.
/// </summary>
internal sealed class StaticPicture
{
    private static readonly string[] Drawn = ["scatter", "bar", "heatmap"];
    private readonly JsonObject _layout;
    private readonly JsonObject[] _traces;
    private readonly AxisScale _x, _y;
    private readonly PlotFrame _frame;
    private readonly string[] _others;

    /// <summary>Reads a figure.</summary>
    /// <param name="json">A plotly figure: one object with data and layout.</param>
    internal StaticPicture(string json)
    {
        var figure = JsonNode.Parse(json) as JsonObject ?? [];
        _layout = figure["layout"] as JsonObject ?? [];
        _traces = [.. (figure["data"] as JsonArray ?? []).OfType<JsonObject>()];
        TakeColors();
        _others = [.. Types().Where(type => !Drawn.Contains(type)).Distinct()];
        (Width, Height) = (Size("width", 640), Size("height", 400));
        string[] heading = [.. (ChartJson.Text(_layout["title"]) ?? "").Split("<br>").Select(ChartJson.Plain)];
        Title = heading[0];
        (_x, _y) = (Scale("x", 8), Scale("y", 6));
        var showsLegend = ChartJson.Flag(_layout["showlegend"]) ?? _traces.Length > 1;
        _frame = new PlotFrame((Width, Height), Title, string.Join(' ', heading[1..]), _x, _y,
            showsLegend ? LegendEntry.Of(_traces) : []);
    }

    internal int Width { get; }

    internal int Height { get; }

    internal string Title { get; }

    /// <summary>The whole document; see <see cref="SvgWriter.Document"/>.</summary>
    internal string Document(bool inline) => Draw().Document(Width, Height, Title, inline);

    /// <summary>Draws everything.</summary>
    internal SvgWriter Draw()
    {
        var svg = new SvgWriter();
        var isBlank = _traces.Length > 0 && Types().All(_others.Contains);
        if (isBlank) _frame.DrawHeading(svg);
        else DrawPlot(svg);
        if (_others.Length == 0) return svg;
        var note = $"Only the live figure shows: {string.Join(", ", _others)}.";
        if (isBlank) svg.Text(Width / 2.0, Height / 2.0, note, 12, Anchor.Middle);
        else svg.Text(6, Height - 4, note, 11, opacity: 0.8);
        return svg;
    }

    /// <summary>What the figure holds, in words: its heading, its axes and each trace.</summary>
    internal string Summary()
    {
        var text = new StringBuilder(string.Join('\n', [Title, .. _frame.SubtitleLines])).Append('\n');
        if (_x.Label.Length + _y.Label.Length > 0) text.Append($"x: {_x.Label}; y: {_y.Label}\n");
        foreach (var (i, trace) in _traces.Index())
        {
            var name = ChartJson.Plain(ChartJson.Text(trace["name"]) ?? $"trace {i + 1}");
            text.Append($"{name}: {new TraceStyle(trace, i).Type}, {Points(trace).Count()} points\n");
        }
        return text.ToString().Trim('\n');
    }

    // the colours of the chart's own template, where its traces name none
    private void TakeColors()
    {
        var colors = _layout["colorway"] as JsonArray ?? _layout["template"]?["layout"]?["colorway"] as JsonArray;
        if (colors is not { Count: > 0 }) return;
        foreach (var (i, trace) in _traces.Index())
        {
            if (trace["line"]?["color"] is not null) continue;
            if (trace["marker"] is not JsonObject marker) trace["marker"] = marker = [];
            marker["color"] ??= colors[i % colors.Count]?.DeepClone();
        }
    }

    private void DrawPlot(SvgWriter svg)
    {
        _frame.Draw(svg);
        foreach (var shape in Members("shapes")) DrawShape(svg, shape);
        _frame.OpenClip(svg);
        foreach (var image in Members("images")) DrawImage(svg, image);
        for (var t = 0; t < _traces.Length; t++)
        {
            var style = new TraceStyle(_traces[t], t);
            if (style.IsBar) DrawBars(svg, t, style);
            else if (style.Type == "heatmap") DrawHeatmap(svg, _traces[t]);
            else if (style.Type == "scatter") DrawPoints(svg, _traces[t], style);
        }
        foreach (var note in Members("annotations").Where(note => !IsNumber(note))) DrawNote(svg, note);
        svg.CloseClip();
        foreach (var number in Members("annotations").Where(IsNumber)) DrawNote(svg, number);
    }

    // a text that stands on its place, such as the number above a bar, and may leave the plot
    private static bool IsNumber(JsonObject note) => ChartJson.Text(note["yanchor"]) == "bottom";

    private void DrawNote(SvgWriter svg, JsonObject note)
    {
        if (_x.Place(note["x"]) is not { } x || _y.Place(note["y"]) is not { } y) return;
        var text = ChartJson.Text(note["text"]) ?? "";
        var size = ChartJson.Number(note["font"]?["size"]) ?? 12;
        var at = IsNumber(note) ? Math.Max(_frame.Y(y), _frame.Top) - 4 : _frame.Y(y) + size / 3;
        var color = ChartJson.Color(note["font"]?["color"], "currentColor").Color;
        var isBold = text.StartsWith("<b>", StringComparison.Ordinal);
        svg.Text(_frame.X(x), at, ChartJson.Plain(text), size, Anchor.Middle, isBold, fill: color);
    }

    private void DrawShape(SvgWriter svg, JsonObject shape)
    {
        if (ChartJson.Text(shape["type"]) != "line") return;
        var isAcross = ChartJson.Text(shape["xref"]) == "paper";
        if (_y.Place(shape["y0"]) is not { } y0 || _y.Place(shape["y1"]) is not { } y1) return;
        var x0 = isAcross ? _frame.Left : _frame.X(_x.Place(shape["x0"]) ?? _x.Low);
        var x1 = isAcross ? _frame.Right : _frame.X(_x.Place(shape["x1"]) ?? _x.High);
        var (color, opacity) = ChartJson.Color(shape["line"]?["color"], "currentColor");
        svg.Line(x0, _frame.Y(y0), x1, _frame.Y(y1), color, opacity);
    }

    // a PNG that the figure carries, measured from its upper left corner in data units
    private void DrawImage(SvgWriter svg, JsonObject image)
    {
        const string Png = "data:image/png;base64,";
        var source = ChartJson.Text(image["source"]) ?? "";
        if (!source.StartsWith(Png, StringComparison.Ordinal)) return;
        var png = new byte[source.Length];
        if (!Convert.TryFromBase64String(source[Png.Length..], png, out var length)) return;
        if (_x.Place(image["x"]) is not { } left || _y.Place(image["y"]) is not { } top) return;
        if (ChartJson.Number(image["sizex"]) is not { } wide) return;
        if (ChartJson.Number(image["sizey"]) is not { } tall) return;
        var (x, y) = (_frame.X(left), _frame.Y(top));
        svg.Image(x, y, _frame.X(left + wide) - x, _frame.Y(top - tall) - y, png[..length], Title);
    }

    private void DrawPoints(SvgWriter svg, JsonObject trace, TraceStyle style)
    {
        var points = Points(trace).Select(p => p is var (x, y) ? (_frame.X(x), _frame.Y(y)) : ((double, double)?)null)
            .ToArray();
        var fill = ChartJson.Text(trace["fill"]);
        if (fill is "toself" or "tozeroy") DrawArea(svg, trace, style, points, toAxis: fill == "tozeroy");
        var line = Stepped(points, ChartJson.Text(trace["line"]?["shape"]));
        if (fill != "toself" && style.HasLines && Path(line) is { Length: > 0 } path)
            svg.Stroke(path, style.Color, style.LineWidth, style.Dashes);
        DrawErrors(svg, trace["error_x"] as JsonObject, trace, isAcross: true, style.Color);
        DrawErrors(svg, trace["error_y"] as JsonObject, trace, isAcross: false, style.Color);
        if (style.HasMarkers)
            SymbolPath.Draw(svg, points.Where(p => p is not null).Select(p => p!.Value), style.Symbol,
                style.MarkerSize, style.Color, style.OpacityOf(0));
        if (!style.HasTexts) return;
        for (var i = 0; i < points.Length; i++)
            if (points[i] is var (x, y))
                svg.Text(x, y + 4, ChartJson.Plain(ChartJson.Text(ChartJson.At(trace["text"], i))), 12,
                    Anchor.Middle);
    }

    // a line in steps has a corner between two points
    private static (double X, double Y)?[] Stepped((double X, double Y)?[] points, string? shape)
    {
        if (shape is not ("hv" or "vh")) return points;
        return
        [
            .. points.Take(1),
            .. points.Zip(points.Skip(1)).SelectMany(pair => ((double, double)?[])[Corner(pair), pair.Second]),
        ];

        (double, double)? Corner(((double X, double Y)? Here, (double X, double Y)? Next) pair) =>
            pair is not (var (x0, y0), var (x1, y1)) ? null : shape == "hv" ? (x1, y0) : (x0, y1);
    }

    private void DrawArea(
        SvgWriter svg, JsonObject trace, TraceStyle style, (double X, double Y)?[] points, bool toAxis)
    {
        var (color, opacity) = ChartJson.Color(trace["fillcolor"], style.Color);
        if (trace["fillcolor"] is null) opacity = 0.5; // plotly's
        foreach (var run in Runs(points))
        {
            var foot = Length(_frame.Y(Math.Clamp(0, Math.Min(_y.Low, _y.High), Math.Max(_y.Low, _y.High))));
            var close = toAxis ? $"L{Length(run[^1].X)} {foot}L{Length(run[0].X)} {foot}z" : "z";
            svg.Fill(Line(run) + close, color, opacity);
        }
    }

    private void DrawBars(SvgWriter svg, int t, TraceStyle style)
    {
        var (trace, isAcross) = (_traces[t], IsAcross(_traces[t]));
        var (place, value) = isAcross ? (_y, "x") : (_x, "y");
        var name = ChartJson.Plain(ChartJson.Text(trace["name"]));
        var count = Count(trace);
        for (var i = 0; i < count; i++)
        {
            if (Slot(t, i) is not var (middle, half) || Value(trace, value, i) is not { } size) continue;
            var foot = ChartJson.Number(ChartJson.At(trace["base"], i)) ?? 0;
            var (from, to) = (Math.Min(foot, foot + size), Math.Max(foot, foot + size));
            var label = ChartJson.Text(ChartJson.At(trace["customdata"], i)) ?? NameOf(place, middle);
            var tip = name.Length > 0 ? $"{name}, {ChartJson.Plain(label)}: {Short(size)}" : ChartJson.Plain(label);
            var (x0, x1) = isAcross ? (from, to) : (middle - half, middle + half);
            var (y0, y1) = isAcross ? (middle - half, middle + half) : (from, to);
            DrawBox(svg, (x0, x1), (y0, y1), ColorOf(trace, style, i), style.OpacityOf(i), tip);
        }
        DrawErrors(svg, trace["error_y"] as JsonObject, trace, isAcross: false, "currentColor");
    }

    private static string ColorOf(JsonObject trace, TraceStyle style, int i) =>
        ChartJson.Color(ChartJson.At(trace["marker"]?["color"], i), style.Color).Color;

    private void DrawBox(
        SvgWriter svg, (double From, double To) x, (double From, double To) y, string color, double opacity, string tip)
    {
        var (left, right) = (_frame.X(x.From), _frame.X(x.To));
        var (one, other) = (_frame.Y(y.From), _frame.Y(y.To));
        svg.Rect(Math.Min(left, right), Math.Min(one, other), Math.Abs(right - left), Math.Abs(other - one), color,
            opacity, tip);
    }

    /// <summary>The middle of a bar on the axis of the places, and half its width there.</summary>
    private (double Middle, double Half)? Slot(int t, int i)
    {
        var trace = _traces[t];
        var (axis, key) = IsAcross(trace) ? (_y, "y") : (_x, "x");
        var at = trace[key] is JsonArray places ? axis.Place(ChartJson.At(places, i)) : i;
        if (at is not { } middle) return null;
        if (ChartJson.Number(ChartJson.At(trace["width"], i)) is { } width) return (middle, width / 2);
        int[] bars = [.. Enumerable.Range(0, _traces.Length).Where(k => new TraceStyle(_traces[k], k).IsBar)];
        if (ChartJson.Text(_layout["barmode"]) is not (null or "group")) return (middle, 0.4);
        var share = 0.8 / bars.Length;
        return (middle - 0.4 + (Array.IndexOf(bars, t) + 0.5) * share, share * 0.46);
    }

    private void DrawErrors(SvgWriter svg, JsonObject? error, JsonObject trace, bool isAcross, string color)
    {
        if (error?["array"] is not JsonArray up) return;
        var down = error["arrayminus"] as JsonArray ?? up;
        var cap = ChartJson.Number(error["width"]) ?? 4;
        var path = new StringBuilder();
        foreach (var (i, point) in Points(trace).Index())
        {
            if (point is not var (x, y)) continue;
            if (ChartJson.Number(ChartJson.At(up, i)) is not { } above) continue;
            if (ChartJson.Number(ChartJson.At(down, i)) is not { } below) continue;
            if (isAcross)
            {
                path.Append($"M{Length(_frame.X(x - below))} {Length(_frame.Y(y))}H{Length(_frame.X(x + above))}");
                continue;
            }
            var (top, foot) = (Length(_frame.Y(y + above)), Length(_frame.Y(y - below)));
            path.Append($"M{Length(_frame.X(x))} {foot}V{top}");
            if (cap == 0) continue;
            var left = Length(_frame.X(x) - cap);
            path.Append($"M{left} {top}h{Length(2 * cap)}M{left} {foot}h{Length(2 * cap)}");
        }
        if (path.Length > 0) svg.Stroke(path.ToString(), color, ChartJson.Number(error["thickness"]) ?? 1.4);
    }

    private void DrawHeatmap(SvgWriter svg, JsonObject trace)
    {
        JsonArray[] rows = [.. (trace["z"] as JsonArray ?? []).OfType<JsonArray>()];
        double[] values = [.. rows.SelectMany(row => row).Select(ChartJson.Number).OfType<double>()];
        if (values.Length == 0) return;
        var low = ChartJson.Number(trace["zmin"]) ?? values.Min();
        var range = Math.Max((ChartJson.Number(trace["zmax"]) ?? values.Max()) - low, 1e-12);
        var scale = ColorScale.Read(trace["colorscale"])
            ?? ColorScale.Read(ChartJson.At(_layout["template"]?["data"]?["heatmap"], 0)?["colorscale"])
            ?? ColorScale.Own;
        var written = ChartJson.Text(trace["texttemplate"]);
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < rows[i].Count; j++)
            {
                if (ChartJson.Number(rows[i][j]) is not { } z) continue;
                var (x, y) = (Cell(trace, "x", _x, j), Cell(trace, "y", _y, i));
                var (color, opacity) = scale.At((z - low) / range);
                var tip = TextOf("hovertext", i, j) ?? TextOf("text", i, j)
                    ?? $"{NameOf(_y, y.Middle)}, {NameOf(_x, x.Middle)}: {Short(z)}";
                DrawBox(svg, (x.Middle - x.Half, x.Middle + x.Half), (y.Middle - y.Half, y.Middle + y.Half),
                    color, opacity, tip);
                var text = written == "%{z}" ? Short(z) : written == "%{text}" ? TextOf("text", i, j) : null;
                if (string.IsNullOrEmpty(text)) continue;
                var at = (X: _frame.X(x.Middle), Y: _frame.Y(y.Middle) + 4);
                svg.Text(at.X, at.Y, text, 12, Anchor.Middle, fill: ColorScale.Contrast(color));
            }

        string? TextOf(string key, int i, int j) =>
            ChartJson.Text(ChartJson.At(ChartJson.At(trace[key], i), j)) is { } text ? ChartJson.Plain(text) : null;
    }

    private static (double Middle, double Half) Cell(JsonObject trace, string key, AxisScale axis, int i)
    {
        if (trace[key] is not JsonArray places || axis.Place(ChartJson.At(places, i)) is not { } middle)
            return (i, 0.49);
        var next = axis.Place(ChartJson.At(places, i + 1 < places.Count ? i + 1 : i - 1));
        return (middle, 0.49 * Math.Abs((next ?? middle + 1) - middle));
    }

    private static string NameOf(AxisScale axis, double place) =>
        axis.Places.Count > 0 && place >= 0 && place < axis.Places.Count ? axis.Places[(int)place] : Short(place);

    private AxisScale Scale(string axis, int wanted)
    {
        var isAcross = axis == "x";
        string[] places = [.. _traces.SelectMany(trace => trace[axis] as JsonArray ?? []).OfType<JsonValue>()
            .Where(value => value.TryGetValue<string>(out _)).Select(value => value.ToString()).Distinct()];
        var padding = isAcross && _traces.All(trace => trace["mode"]?.ToString() == "lines") ? 0 : 0.05;
        var numbers = places.Length > 0 ? [] : _traces.SelectMany(trace => Reach(trace, axis));
        return AxisScale.Read(_layout[$"{axis}axis"] as JsonObject, places, numbers, wanted, padding);
    }

    // the numbers that an axis must show of a trace
    private static IEnumerable<double> Reach(JsonObject trace, string axis)
    {
        var style = new TraceStyle(trace, 0);
        var isHeatmap = style.Type == "heatmap";
        var count = !isHeatmap ? Count(trace)
            : axis == "y" ? (trace["z"] as JsonArray)?.Count ?? 0
            : (ChartJson.At(trace["z"], 0) as JsonArray)?.Count ?? 0;
        var isPlace = isHeatmap || style.IsBar && IsAcross(trace) == (axis == "y");
        for (var i = 0; i < count; i++)
        {
            if (Value(trace, axis, i) is not { } value) continue;
            yield return isPlace ? value - 0.5 : value;
            if (isPlace) yield return value + 0.5;
            if (ChartJson.Number(ChartJson.At(trace[$"error_{axis}"]?["array"], i)) is { } above)
                yield return value + above;
        }
        if (style.IsBar && !isPlace) yield return 0;
    }

    private static bool IsAcross(JsonObject bars) => ChartJson.Text(bars["orientation"]) == "h";

    private static int Count(JsonObject trace) =>
        Math.Max((trace["x"] as JsonArray)?.Count ?? 0, (trace["y"] as JsonArray)?.Count ?? 0);

    // where a trace has no x, or no y, its points are counted
    private static double? Value(JsonObject trace, string axis, int i) =>
        trace[axis] is JsonArray values ? ChartJson.Number(ChartJson.At(values, i)) : i;

    private IEnumerable<(double X, double Y)?> Points(JsonObject trace)
    {
        var count = Count(trace);
        for (var i = 0; i < count; i++)
        {
            var x = trace["x"] is JsonArray xs ? _x.Place(ChartJson.At(xs, i)) : i;
            var y = trace["y"] is JsonArray ys ? _y.Place(ChartJson.At(ys, i)) : i;
            yield return x is { } left && y is { } up ? (left, up) : null;
        }
    }

    private IEnumerable<string> Types() => _traces.Select((trace, i) => new TraceStyle(trace, i).Type);

    private IEnumerable<JsonObject> Members(string name) => (_layout[name] as JsonArray ?? []).OfType<JsonObject>();

    private int Size(string name, int otherwise) =>
        (int)Math.Clamp(ChartJson.Number(_layout[name]) ?? ChartJson.Number(_layout["meta"]?[name]) ?? otherwise,
            120, 8000);

    private static string Path((double X, double Y)?[] points)
    {
        var path = new StringBuilder();
        foreach (var run in Runs(points))
        {
            path.Append(Line(Thinned(run)));
            if (run.Count == 1) path.Append("h0"); // a single point between gaps stays visible
        }
        return path.ToString();
    }

    private static string Line(IReadOnlyList<(double X, double Y)> points) => string.Concat(
        points.Select((point, k) => $"{(k == 0 ? 'M' : 'L')}{Length(point.X)} {Length(point.Y)}"));

    // the longest runs of points without a gap
    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Runs((double X, double Y)?[] points)
    {
        var run = new List<(double X, double Y)>();
        foreach (var point in points)
        {
            if (point is { } there) run.Add(there);
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }
        if (run.Count > 0) yield return run;
    }

    /// <summary>
    /// Of the neighbours that fall on one column of pixels, the first, the lowest, the highest and the last, so that a
    /// long curve stays small and looks the same.
    /// </summary>
    private static IReadOnlyList<(double X, double Y)> Thinned(IReadOnlyList<(double X, double Y)> points)
    {
        const int Enough = 1500;
        if (points.Count <= Enough) return points;
        var kept = new List<(double X, double Y)>();
        for (var from = 0; from < points.Count;)
        {
            var to = from + 1;
            while (to < points.Count && Math.Floor(points[to].X) == Math.Floor(points[from].X)) to++;
            var (lowest, highest) = (from, from);
            for (var k = from; k < to; k++)
            {
                if (points[k].Y < points[lowest].Y) lowest = k;
                if (points[k].Y > points[highest].Y) highest = k;
            }
            foreach (var k in new SortedSet<int> { from, lowest, highest, to - 1 }) kept.Add(points[k]);
            from = to;
        }
        return kept;
    }
}
