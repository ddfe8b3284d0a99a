using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>A matrix of shares as colour, with a text in each cell: a confusion matrix.</summary>
/// <remarks>Live it is made of bars, so that plotly's basic bundle, which has no heatmap, shows it too.</remarks>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text])]
public sealed class HeatmapFigure : Figure
{
    private const int MostWithTexts = 20; // rows or columns: beyond, texts would not fit
    private readonly double[,] _shades;
    private readonly string[,] _texts;

    /// <summary>A matrix: row i, column j.</summary>
    /// <param name="title">What the matrix shows.</param>
    /// <param name="shades">How strong each cell's colour is, 0 to 1; NaN is drawn empty, values outside are drawn as the nearer end.</param>
    /// <param name="texts">What stands in each cell.</param>
    /// <param name="rows">The rows' names, from the top.</param>
    /// <param name="columns">The columns' names.</param>
    /// <exception cref="ArgumentException">The sizes do not agree.</exception>
    public HeatmapFigure(string title, double[,] shades, string[,] texts, IReadOnlyList<string> rows, IReadOnlyList<string> columns) : base(title)
    {
        ArgumentNullException.ThrowIfNull(shades);
        ArgumentNullException.ThrowIfNull(texts);
        (_shades, _texts, Rows, Columns) = ((double[,])shades.Clone(), (string[,])texts.Clone(), [.. rows], [.. columns]);
        if (Size(shades) != (Rows.Count, Columns.Count) || Size(texts) != (Rows.Count, Columns.Count))
            throw new ArgumentException($"{Rows.Count} row names and {Columns.Count} column names, shades {Size(shades)}, texts {Size(texts)}; expected one size.", nameof(shades));
    }

    /// <summary>The rows' names, from the top.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>What the rows are. Default: unnamed.</summary>
    public string RowLabel { get; init; } = "";

    /// <summary>What the columns are. Default: unnamed.</summary>
    public string ColumnLabel { get; init; } = "";

    private bool ShowsTexts => Rows.Count <= MostWithTexts && Columns.Count <= MostWithTexts;

    internal override SvgWriter Draw()
    {
        var svg = new SvgWriter();
        var frame = Frame();
        frame.Draw(svg);
        foreach (var (i, j) in Cells())
        {
            var (left, top) = (frame.X(j - 0.5), frame.Y(i - 0.5));
            var (width, height) = (frame.X(j + 0.5) - left, frame.Y(i + 0.5) - top);
            svg.Rect(left + 0.5, top + 0.5, Math.Max(width - 1, 0.1), Math.Max(height - 1, 0.1), Palette.Color(0), Strength(i, j), $"{Rows[i]} → {Columns[j]}: {_texts[i, j]}");
            if (ShowsTexts) svg.Text(left + width / 2, top + height / 2 + 4, _texts[i, j], 12, Anchor.Middle, opacity: _shades[i, j] == 0 ? 0.45 : 1);
        }
        return svg;
    }

    private protected override JsonArray PlotlyData()
    {
        var cells = Cells().ToArray();
        var bars = new JsonObject
        {
            ["type"] = "bar",
            ["orientation"] = "h",
            ["x"] = PlotlyParts.Numbers(cells.Select(_ => 0.97)),
            ["base"] = PlotlyParts.Numbers(cells.Select(c => c.J - 0.485)),
            ["y"] = PlotlyParts.Numbers(cells.Select(c => (double)c.I)),
            ["width"] = 0.96,
            ["customdata"] = PlotlyParts.Texts(cells.Select(c => $"{Rows[c.I]} → {Columns[c.J]}: {_texts[c.I, c.J]}")),
            ["hovertemplate"] = "%{customdata}<extra></extra>",
            ["showlegend"] = false,
            ["marker"] = new JsonObject
            {
                ["color"] = Palette.Color(0),
                ["opacity"] = PlotlyParts.Numbers(cells.Select(c => Math.Round(Strength(c.I, c.J), 3))),
                ["line"] = new JsonObject { ["width"] = 0 },
            },
        };
        if (!ShowsTexts) return [bars];
        // texts are a trace of their own, as a bar's opacity would fade them
        var texts = new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = "text",
            ["x"] = PlotlyParts.Numbers(cells.Select(c => (double)c.J)),
            ["y"] = PlotlyParts.Numbers(cells.Select(c => (double)c.I)),
            ["text"] = PlotlyParts.Texts(cells.Select(c => _texts[c.I, c.J])),
            ["hoverinfo"] = "skip",
            ["showlegend"] = false,
        };
        return [bars, texts];
    }

    private protected override JsonObject PlotlyLayout()
    {
        var layout = PlotlyParts.Layout(this, Frame(), Across().Plotly(lines: false), Down().Plotly(lines: false, reversed: true));
        layout["barmode"] = "overlay";
        return layout;
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        if (RowLabel.Length + ColumnLabel.Length > 0) text.Append($"\nrows: {RowLabel}; columns: {ColumnLabel}");
        if (!ShowsTexts) return text.Append($"\n{Rows.Count} × {Columns.Count} cells").ToString();
        var table = new TextTable(["", .. Columns]);
        for (var i = 0; i < Rows.Count; i++) table.Add([Rows[i], .. Enumerable.Range(0, Columns.Count).Select(j => _texts[i, j])]);
        return text.Append('\n').Append(table).ToString();
    }

    private static (int, int) Size<T>(T[,] matrix) => (matrix.GetLength(0), matrix.GetLength(1));

    private IEnumerable<(int I, int J)> Cells() =>
        from i in Enumerable.Range(0, Rows.Count) from j in Enumerable.Range(0, Columns.Count) select (i, j);

    // ink must stay readable on the cell, on a white page and on a black one: never fully opaque, never fully absent
    private double Strength(int i, int j) => double.IsNaN(_shades[i, j]) ? 0 : 0.06 + 0.74 * Math.Clamp(_shades[i, j], 0, 1);

    private AxisScale Across() => AxisScale.Categories(ColumnLabel, Columns);

    private AxisScale Down() => AxisScale.Categories(RowLabel, Rows);

    private PlotFrame Frame() => new(this, Across(), Down(), [], downwards: true);
}
