namespace Adr.Kernel.Jupyter;

/// <summary>Places in a text: Jupyter counts code points, .NET counts UTF-16 code units.</summary>
internal static class CodePoints
{
    /// <summary>The code unit at which a code point begins; a place beyond the text is its end.</summary>
    internal static int ToUnits(string text, int points)
    {
        var unit = 0;
        for (var point = 0; point < points && unit < text.Length; point++)
            unit += char.IsHighSurrogate(text[unit]) && unit + 1 < text.Length && char.IsLowSurrogate(text[unit + 1]) ? 2 : 1;
        return unit;
    }

    /// <summary>How many code points begin before a code unit.</summary>
    internal static int OfUnits(string text, int units)
    {
        var points = 0;
        for (var unit = 0; unit < Math.Min(units, text.Length); unit++)
            if (unit == 0 || !(char.IsLowSurrogate(text[unit]) && char.IsHighSurrogate(text[unit - 1]))) points++;
        return points;
    }
}
