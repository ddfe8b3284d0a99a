using System.Text;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A table with a title, notes under it, and the numbers to the right.</summary>
public sealed class TableView : View
{
    private const string Caption =
        "text-align:left;font-weight:600;padding:4px 0;caption-side:top;color:inherit";

    private const string Rule = "border-bottom:1px solid rgba(128,128,128,0.6)";

    /// <summary>A table.</summary>
    /// <exception cref="ArgumentException">A row does not have one cell for each column.</exception>
    public TableView(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<TableCell>> rows)
    {
        ArgumentNullException.ThrowIfNull(title);
        (Title, Columns, Rows) = (title, [.. columns], [.. rows.Select(row => (IReadOnlyList<TableCell>)[.. row])]);
        foreach (var row in Rows)
            {
                if (row.Count == Columns.Count) continue;
                throw new ArgumentException(
                    $"A row has {row.Count} cells, but the table has {Columns.Count} columns.", nameof(rows));
            }
    }

    /// <summary>What the table shows. It may be empty.</summary>
    public string Title { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows from the top.</summary>
    public IReadOnlyList<IReadOnlyList<TableCell>> Rows { get; }

    /// <summary>Lines below the table, for settings or how to read it. Default: none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How many columns, from the left, hold words and are aligned to the left. Default: 1.</summary>
    public int WordColumns { get; init; } = 1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfTable;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => Html(),
        Mime.Text => Text(),
        _ => throw NotOffered(mimeType),
    };

    private string Html()
    {
        var html = new StringBuilder("<div class=\"adr-table\" style=\"overflow-x:auto\">\n");
        html.Append("<table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">\n");
        if (Title.Length > 0) html.Append($"<caption style=\"{Caption}\">{Escape.Xml(Title)}</caption>\n");
        html.Append("<thead><tr>");
        for (var c = 0; c < Columns.Count; c++)
            html.Append($"<th scope=\"col\" style=\"{Place(c, c > 0)};{Rule}\">{Escape.Xml(Columns[c])}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in Rows)
        {
            html.Append("<tr>");
            for (var c = 0; c < row.Count; c++)
                {
                    var cell = row[c].Html(IsNumber(c));
                    html.Append(c == 0
                        ? $"<th scope=\"row\" style=\"{Place(c, MayBreak(c))};font-weight:normal\">{cell}</th>"
                        : $"<td style=\"{Place(c, MayBreak(c))}\">{cell}</td>");
                }
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

    // Words and headings may take several lines. In a wide table an interval goes below its number.
    private bool MayBreak(int column) =>
        IsNumber(column) ? Rows.Any(row => !string.IsNullOrEmpty(row[column].Detail)) : column > 0;

    private string Place(int column, bool mayBreak)
    {
        var align = IsNumber(column) ? "right" : "left";
        var right = column == Columns.Count - 1 ? 0 : 10;
        var space = mayBreak ? "normal" : "nowrap";
        return $"text-align:{align};padding:3px {right}px 3px 0;white-space:{space};"
            + "vertical-align:baseline;background:none";
    }
}

/// <summary>One cell of a table.</summary>
/// <param name="Text">The text.</param>
/// <param name="Detail">A smaller text after it, such as an interval.</param>
/// <param name="Strong">Whether the cell is bold, with a star in plain text.</param>
public sealed record TableCell(string Text, string? Detail = null, bool Strong = false)
{
    /// <summary>A cell with a text only.</summary>
    public static implicit operator TableCell(string text) => new(text);

    internal string Plain => (string.IsNullOrEmpty(Detail) ? Text : $"{Text} {Detail}") + (Strong ? " *" : "");

    /// <summary>In HTML.</summary>
    /// <param name="keepsDetail">Whether the detail stays on one line. It may go below the text in either case.</param>
    internal string Html(bool keepsDetail)
    {
        var text = Strong ? $"<strong>{Escape.Xml(Text)}</strong>" : Escape.Xml(Text);
        if (string.IsNullOrEmpty(Detail)) return text;
        var space = keepsDetail ? ";white-space:nowrap" : "";
        return $"{text} <small style=\"opacity:0.75{space}\">{Escape.Xml(Detail)}</small>";
    }
}
