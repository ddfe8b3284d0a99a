namespace Adr.Cli.Running;

/// <summary>What the terminal calls a cell: the first line of its code that says something.</summary>
public static class CellTitle
{
    private const int Longest = 60;

    /// <summary>The first line that is neither blank, nor a directive, nor a using; comment signs are dropped. If there is none, the first line that is not blank.</summary>
    public static string Of(string code)
    {
        var lines = code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var line = lines.FirstOrDefault(Says) ?? lines.FirstOrDefault() ?? "(empty)";
        return Shorten(line.TrimStart('/', ' '), Longest);
    }

    /// <summary>At most <paramref name="length"/> characters, with … for what is left out.</summary>
    public static string Shorten(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");

    private static bool Says(string line) =>
        !line.StartsWith('#') && !line.StartsWith("using ", StringComparison.Ordinal) && line.TrimStart('/', ' ').Length > 0;
}
