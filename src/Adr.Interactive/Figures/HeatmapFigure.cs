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
        [Cells()],
        AxisScale.Categories(ColumnLabel, Columns),
        AxisScale.Categories(RowLabel, Rows, downwards: true));

    private JsonObject Cells()
    {
        var cells = new JsonObject
        {
            ["type"] = "heatmap",
            ["name"] = "cells",
            ["z"] = Matrix(row => PlotlyParts.Numbers(
                Columns.Select((_, j) => Math.Round(Math.Clamp(_shades[row, j], 0, 1), 3)))),
            ["zmin"] = 0,
            ["zmax"] = 1,
            ["text"] = Matrix(row => PlotlyParts.Texts(Columns.Select((_, j) => _texts[row, j]))),
            ["hovertext"] = Matrix(row => PlotlyParts.Texts(
                Columns.Select((column, j) => $"{Rows[row]} → {column}: {_texts[row, j]}"))),
            ["hovertemplate"] = "%{hovertext}<extra></extra>",
            ["colorscale"] = ColorScale.Own.Plotly(),
            ["showscale"] = false,
            ["showlegend"] = false,
            ["xgap"] = 2,
            ["ygap"] = 2,
        };
        if (ShowsTexts) cells["texttemplate"] = "%{text}";
        return cells;
    }

    private JsonArray Matrix(Func<int, JsonArray> row) => new([.. Rows.Select((_, i) => row(i))]);

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
}
