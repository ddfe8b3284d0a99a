namespace Adr.Kernel.Jupyter;

/// <summary>Converts positions in a text. Jupyter counts code points, and .NET counts UTF-16 code units.</summary>
internal static class CodePoints
{
    /// <summary>The code unit at which a code point begins. A position after the text becomes its end.</summary>
    internal static int ToUnits(string text, int points)
    {
        var unit = 0;
        for (var point = 0; point < points && unit < text.Length; point++)
            unit += IsPair(text, unit) ? 2 : 1;
        return unit;
    }

    /// <summary>The number of code points that begin before a code unit.</summary>
    internal static int OfUnits(string text, int units)
    {
        var points = 0;
        for (var unit = 0; unit < Math.Min(units, text.Length); unit++)
            if (unit == 0 || !IsPair(text, unit - 1)) points++;
        return points;
    }

    private static bool IsPair(string text, int unit) =>
        unit + 1 < text.Length && char.IsSurrogatePair(text[unit], text[unit + 1]);
}
