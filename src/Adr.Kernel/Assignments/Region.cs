namespace Adr.Kernel.Assignments;

/// <summary>A part of a cell that not everybody gets: the lines between <c>// BEGIN NAME</c> and
/// <c>// END NAME</c>.</summary>
internal sealed class Region
{
    /// <summary>What the student is to write.</summary>
    internal static readonly Region Solution = new("SOLUTION");

    /// <summary>Checks that the student does not see.</summary>
    internal static readonly Region HiddenTests = new("HIDDEN TESTS");

    private readonly string begin, end;

    private Region(string name) => (begin, end) = ($"BEGIN {name}", $"END {name}");

    /// <summary>Whether a text has such a part.</summary>
    /// <exception cref="FormatException">A part has no beginning or no end, or lies within another.</exception>
    internal bool IsIn(string text) => Edit(text, (_, _) => []) != text;

    /// <summary>The text without the lines that mark the part.</summary>
    internal string WithoutMarks(string text) => Edit(text, (_, inner) => inner);

    /// <summary>The text without the part.</summary>
    internal string Without(string text) => Edit(text, (_, _) => []);

    /// <summary>The text with other lines in the place of the part, indented as its first mark.</summary>
    internal string Replaced(string text, string by) =>
        Edit(text, (indent, _) => by.Split('\n').Select(line => indent + line));

    private string Edit(string text, Func<string, IReadOnlyList<string>, IEnumerable<string>> change)
    {
        var edited = new List<string>();
        (string Indent, List<string> Lines)? part = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.Contains(begin, StringComparison.Ordinal))
            {
                if (part is not null) throw new FormatException($"'{begin}' is there twice before '{end}'");
                part = (line[..^line.TrimStart().Length], []);
            }
            else if (line.Contains(end, StringComparison.Ordinal))
            {
                if (part is not { } whole) throw new FormatException($"'{end}' has no '{begin}' before it");
                edited.AddRange(change(whole.Indent, whole.Lines));
                part = null;
            }
            else (part?.Lines ?? edited).Add(line);
        }
        if (part is not null) throw new FormatException($"'{begin}' has no '{end}' after it");
        return string.Join('\n', edited);
    }
}
