using System.Text;

namespace Adr.Interactive.Drawing;

/// <summary>A table as aligned text: words to the left, numbers to the right.</summary>
internal sealed class TextTable(IReadOnlyList<string> header)
{
    private readonly List<IReadOnlyList<string>> _rows = [header];

    /// <summary>How many columns, from the left, hold words.</summary>
    internal int WordColumns { get; init; } = 1;

    internal void Add(IReadOnlyList<string> row) => _rows.Add(row);

    /// <summary>The lines, without trailing blanks.</summary>
    public override string ToString()
    {
        var widths = Enumerable.Range(0, header.Count).Select(c => _rows.Max(row => row[c].Length)).ToArray();
        return string.Join('\n', _rows.Select(row => Line(row, widths)));
    }

    private string Line(IReadOnlyList<string> row, int[] widths)
    {
        var line = new StringBuilder();
        for (var c = 0; c < row.Count; c++)
            {
                var cell = c < WordColumns ? row[c].PadRight(widths[c]) : row[c].PadLeft(widths[c]);
                line.Append(c == 0 ? "" : "  ").Append(cell);
            }
        return line.ToString().TrimEnd();
    }
}
