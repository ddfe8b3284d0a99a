using System.Globalization;

namespace Adr.Interactive.Drawing;

/// <summary>Numbers as text, the same in every culture.</summary>
internal static class Number
{
    /// <summary>
    /// A number with at most so many significant digits, from 1 to 15: plain where that is short, else scientific. What
    /// is not finite is "NaN", "∞" or "−∞".
    /// </summary>
    internal static string Short(double value, int digits = 4)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "−∞";
        if (value == 0) return "0"; // −0 too
        var size = Math.Abs(value);
        var isPlain = size is >= 1e-4 and < 1e7;
        var format = isPlain ? SignificantFormat(size, digits) : $"0.{new string('#', digits - 1)}e+0";
        return Minus(value.ToString(format, CultureInfo.InvariantCulture));
    }

    /// <summary>A number with fixed decimals, for shares and accuracies; never "−0.0".</summary>
    internal static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value)) return Short(value);
        var isZero = Math.Abs(value) < 0.5 * Math.Pow(10, -decimals);
        return Minus((isZero ? 0 : value).ToString("F" + decimals, CultureInfo.InvariantCulture));
    }

    /// <summary>A whole number with commas between thousands.</summary>
    internal static string Count(long value) => Minus(value.ToString("#,0", CultureInfo.InvariantCulture));

    /// <summary>A length in an SVG: at most two decimals, never "-0", clamped to what renderers accept.</summary>
    internal static string Length(double value)
    {
        var rounded = Math.Round(Math.Clamp(double.IsNaN(value) ? 0 : value, -1e5, 1e5), 2);
        return (rounded == 0 ? 0 : rounded).ToString("0.##", CultureInfo.InvariantCulture);
    }

    /// <summary>A time for people: "0.4 s", "12 s", "3 min 05 s", "2 h 07 min".</summary>
    internal static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds < 0) return "?";
        if (seconds < 10) return Fixed(seconds, 1) + " s";
        var whole = (long)Math.Round(seconds);
        if (whole < 60) return whole + " s";
        return whole < 3600 ? $"{whole / 60} min {whole % 60:00} s" : $"{whole / 3600} h {whole % 3600 / 60:00} min";
    }

    private static string SignificantFormat(double size, int digits)
    {
        var decimals = Math.Max(digits - 1 - (int)Math.Floor(Math.Log10(size)), 0);
        return "0." + new string('#', decimals);
    }

    private static string Minus(string text) => text.Replace('-', '−');
}
