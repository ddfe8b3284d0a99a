using System.Text;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A table with a title, notes under it, and the numbers to the right.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Html, Mime.Text])]
public sealed class TableView : View
{
    private const string Rule = "border-bottom:1px solid rgba(128,128,128,0.6)";
    private static readonly string[] Types = [Mime.Html, Mime.Text];

    /// <summary>A table.</summary>
    /// <exception cref="ArgumentException">A row has not one cell for each column.</exception>
    public TableView(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<TableCell>> rows)
    {
        ArgumentNullException.ThrowIfNull(title);
        (Title, Columns, Rows) = (title, [.. columns], [.. rows.Select(row => (IReadOnlyList<TableCell>)[.. row])]);
        foreach (var row in Rows)
            if (row.Count != Columns.Count) throw new ArgumentException($"A row of {row.Count} cells in a table of {Columns.Count} columns.", nameof(rows));
    }

    /// <summary>What the table shows; may be empty.</summary>
    public string Title { get; }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows from the top.</summary>
    public IReadOnlyList<IReadOnlyList<TableCell>> Rows { get; }

    /// <summary>Lines under the table: settings, how to read it. Default: none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How many columns, from the left, hold words and stand to the left. Default: 1.</summary>
    public int WordColumns { get; init; } = 1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Types;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => Html(),
        Mime.Text => Text(),
        _ => throw NotOffered(mimeType),
    };

    private string Html()
    {
        var html = new StringBuilder("<div class=\"adr-table\" style=\"overflow-x:auto\">\n<table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">\n");
        if (Title.Length > 0) html.Append($"<caption style=\"text-align:left;font-weight:600;padding:4px 0;caption-side:top;color:inherit\">{Escape.Xml(Title)}</caption>\n");
        html.Append("<thead><tr>");
        for (var c = 0; c < Columns.Count; c++) html.Append($"<th scope=\"col\" style=\"{Place(c)};{Rule}\">{Escape.Xml(Columns[c])}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in Rows)
        {
            html.Append("<tr>");
            for (var c = 0; c < row.Count; c++)
                html.Append(c == 0 ? $"<th scope=\"row\" style=\"{Place(c)};font-weight:normal\">{row[c].Html(IsNumber(c))}</th>" : $"<td style=\"{Place(c)}\">{row[c].Html(IsNumber(c))}</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table>\n");
        html.Append(NoteLines(Notes));
        return html.Append("</div>").ToString();
    }

    private string Text()
    {
        var table = new TextTable(Columns) { WordColumns = WordColumns };
        foreach (var row in Rows) table.Add([.. row.Select(cell => cell.Plain)]);
        string[] lines = [.. Title.Length > 0 ? new[] { Title } : [], table.ToString(), .. Notes];
        return string.Join('\n', lines);
    }

    private bool IsNumber(int column) => column >= WordColumns;

    // Words may run over several lines, and where a wide table would be cut off, an interval goes below its number.
    private bool MayBreak(int column) => IsNumber(column) ? Rows.Any(row => !string.IsNullOrEmpty(row[column].Detail)) : column > 0;

    private string Place(int column) => $"text-align:{(IsNumber(column) ? "right" : "left")};padding:3px {(column == Columns.Count - 1 ? 0 : 10)}px 3px 0;white-space:{(MayBreak(column) ? "normal" : "nowrap")};vertical-align:baseline;background:none";
}
