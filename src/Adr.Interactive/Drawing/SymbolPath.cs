using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive.Drawing;

/// <summary>Draws points of one shape and colour as a single path, so that thousands of them stay small.</summary>
internal static class SymbolPath
{
    private static readonly string[] PlotlyNames = ["circle", "square", "diamond", "triangle-up", "x-thin"];

    /// <summary>Plotly's name for the shape.</summary>
    internal static string PlotlyName(Symbol symbol) => PlotlyNames[(int)symbol];

    /// <summary>Draws the points; those that fall on the same tenth of a pixel are drawn once.</summary>
    internal static void Draw(
        SvgWriter svg, IEnumerable<(double X, double Y)> points, Symbol symbol, double size, string color,
        double opacity)
    {
        var seen = new HashSet<(double, double)>();
        var path = new System.Text.StringBuilder();
        foreach (var (px, py) in points)
        {
            var (x, y) = (Math.Round(px, 1), Math.Round(py, 1));
            if (seen.Add((x, y))) path.Append(One(symbol, x, y, size / 2));
        }
        if (path.Length == 0) return;
        svg.OpenGroup($"opacity=\"{Length(opacity)}\"");
        // A disc is a stroke of no length with round ends; a cross is two thin strokes.
        if (symbol == Symbol.Circle) svg.Stroke(path.ToString(), color, size);
        else if (symbol == Symbol.Cross) svg.Stroke(path.ToString(), color, Math.Max(1.2, size / 5));
        else svg.Fill(path.ToString(), color, 1);
        svg.CloseGroup();
    }

    private static string One(Symbol symbol, double x, double y, double r) => symbol switch
    {
        Symbol.Circle => $"{Move(x, y)}h0",
        Symbol.Square =>
            $"{Move(x - 0.9 * r, y - 0.9 * r)}h{Length(1.8 * r)}v{Length(1.8 * r)}h{Length(-1.8 * r)}z",
        Symbol.Diamond =>
            $"{Move(x, y - 1.2 * r)}{Step(1.2 * r, 1.2 * r)}{Step(-1.2 * r, 1.2 * r)}{Step(-1.2 * r, -1.2 * r)}z",
        Symbol.Triangle => $"{Move(x, y - 1.2 * r)}{Step(1.15 * r, 2 * r)}h{Length(-2.3 * r)}z",
        Symbol.Cross =>
            $"{Move(x - 0.8 * r, y - 0.8 * r)}{Step(1.6 * r, 1.6 * r)}m0 {Length(-1.6 * r)}{Step(-1.6 * r, 1.6 * r)}",
        _ => throw new ArgumentOutOfRangeException(nameof(symbol), symbol, "Not a symbol."),
    };

    private static string Move(double x, double y) => $"M{Length(x)} {Length(y)}";

    private static string Step(double x, double y) => $"l{Length(x)} {Length(y)}";
}
