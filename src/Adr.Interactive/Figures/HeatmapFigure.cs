using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>A matrix of shares as colour, with a text in each cell: a confusion matrix.</summary>
public sealed class HeatmapFigure : Figure
{
    private const int MostWithTexts = 20; // rows or columns; with more, texts would not fit
    private readonly double[,] _shades;
    private readonly string[,] _texts;

    /// <summary>A matrix: row i, column j.</summary>
    /// <param name="title">What the matrix shows.</param>
    /// <param name="shades">
    /// How strong the colour of each cell is, from 0 to 1. NaN leaves a cell empty; values outside are drawn as the
    /// nearer end.
    /// </param>
    /// <param name="texts">The text of each cell.</param>
    /// <param name="rows">The names of the rows, from the top.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <exception cref="ArgumentException">The sizes do not agree.</exception>
    public HeatmapFigure(string title, double[,] shades, string[,] texts, IReadOnlyList<string> rows,
        IReadOnlyList<string> columns) : base(title)
    {
        ArgumentNullException.ThrowIfNull(shades);
        ArgumentNullException.ThrowIfNull(texts);
        (_shades, _texts) = ((double[,])shades.Clone(), (string[,])texts.Clone());
        (Rows, Columns) = ([.. rows], [.. columns]);
        if (Size(shades) != (Rows.Count, Columns.Count) || Size(texts) != (Rows.Count, Columns.Count))
            throw new ArgumentException($"There are {Rows.Count} row names and {Columns.Count} column names, "
                + $"shades of {Size(shades)} and texts of {Size(texts)}; expected one size.", nameof(shades));
    }

    /// <summary>The names of the rows, from the top.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>What the rows are. Default: no label.</summary>
    public string RowLabel { get; init; } = "";

    /// <summary>What the columns are. Default: no label.</summary>
    public string ColumnLabel { get; init; } = "";

    private bool ShowsTexts => Rows.Count <= MostWithTexts && Columns.Count <= MostWithTexts;

    private protected override Plot Plot() => new(
        ShowsTexts ? [Tiles(), Texts()] : [Tiles()],
        AxisScale.Categories(ColumnLabel, Columns),
        AxisScale.Categories(RowLabel, Rows, downwards: true));

    private JsonObject Tiles() => new()
    {
        ["type"] = "heatmap",
        ["name"] = "cells",
        ["showlegend"] = false,
        ["z"] = new JsonArray([.. Rows.Select((_, i) =>
            PlotlyParts.Numbers(Columns.Select((_, j) => Math.Round(Math.Clamp(_shades[i, j], 0, 1), 3))))]),
        ["zmin"] = 0,
        ["zmax"] = 1,
        ["text"] = new JsonArray([.. Rows.Select((row, i) =>
            PlotlyParts.Texts(Columns.Select((column, j) => $"{row} → {column}: {_texts[i, j]}")))]),
        ["hovertemplate"] = "%{text}<extra></extra>",
        ["colorscale"] = ColorScale.Own.Plotly(),
        ["showscale"] = false,
        ["xgap"] = 2,
        ["ygap"] = 2,
    };

    // A trace of its own: plotly writes the texts of a heat map in black or white, whatever the page's colour is.
    private JsonObject Texts()
    {
        var cells = Cells().ToArray();
        return new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = "text",
            ["x"] = PlotlyParts.Numbers(cells.Select(c => (double)c.J)),
            ["y"] = PlotlyParts.Numbers(cells.Select(c => (double)c.I)),
            ["text"] = PlotlyParts.Texts(cells.Select(c => _texts[c.I, c.J])),
            ["hoverinfo"] = "skip",
            ["showlegend"] = false,
        };
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        if (RowLabel.Length + ColumnLabel.Length > 0) text.Append($"\nrows: {RowLabel}; columns: {ColumnLabel}");
        if (!ShowsTexts) return text.Append($"\n{Rows.Count} × {Columns.Count} cells").ToString();
        var table = new TextTable(["", .. Columns]);
        for (var i = 0; i < Rows.Count; i++)
            table.Add([Rows[i], .. Enumerable.Range(0, Columns.Count).Select(j => _texts[i, j])]);
        return text.Append('\n').Append(table).ToString();
    }

    private static (int, int) Size<T>(T[,] matrix) => (matrix.GetLength(0), matrix.GetLength(1));

    private IEnumerable<(int I, int J)> Cells() =>
        from i in Enumerable.Range(0, Rows.Count) from j in Enumerable.Range(0, Columns.Count) select (i, j);
}
