using System.Globalization;

namespace Adr.Interactive.Drawing;

/// <summary>A mark on an axis: its position in data units, and its label.</summary>
internal readonly record struct Tick(double At, string Label);

/// <summary>Chooses round numbers for an axis.</summary>
internal static class Ticks
{
    private const double Widest = 1e300; // beyond this a range overflows double

    /// <summary>The range to draw for some values: finite, not empty, with room beyond ends that move.</summary>
    /// <param name="values">What is drawn; values that are not finite do not count.</param>
    /// <param name="min">A fixed lower end.</param>
    /// <param name="max">A fixed upper end.</param>
    /// <param name="padding">The room, as a share of the range.</param>
    internal static (double Low, double High) Range(
        IEnumerable<double> values, double? min, double? max, double padding)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            var clamped = Math.Clamp(value, -Widest, Widest);
            (low, high) = (Math.Min(low, clamped), Math.Max(high, clamped));
        }
        if (low > high) (low, high) = (0, 1); // nothing to show
        low = min ?? low;
        high = max ?? high;
        var size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low <= size * 1e-9 || size < 1 / Widest) // practically one value
        {
            var apart = size < 1 / Widest ? 0.5 : size * 0.1;
            if (min is null) low = Math.Min(low, high) - apart;
            if (max is null || low >= high) high = Math.Max(high, low) + apart;
        }
        var room = (high - low) * padding;
        // The room must not extend an axis of losses below zero.
        var (from, to) = (low >= 0 && low < room ? 0 : low - room, high <= 0 && -high < room ? 0 : high + room);
        return (min ?? from, max ?? to);
    }

    /// <summary>Round numbers within [low, high], about as many as wanted at most; only whole ones if asked.</summary>
    internal static IReadOnlyList<Tick> Between(double low, double high, int wanted, bool whole = false)
    {
        var step = Step(low, high, wanted);
        if (whole) step = step < 1 ? 1 : Math.Ceiling(step); // 2.5 becomes 3
        var first = Math.Ceiling(low / step - 1e-6);
        var last = Math.Floor(high / step + 1e-6);
        var ticks = new List<Tick>();
        var size = Math.Max(Math.Abs(low), Math.Abs(high));
        for (var k = first; k <= last && ticks.Count < 50; k++)
            ticks.Add(new Tick(k * step, Label(k * step, step, size)));
        return ticks;
    }

    /// <summary>
    /// The smallest of 1, 2, 2.5, 5 times a power of ten that cuts the range into at most the wanted number of pieces.
    /// </summary>
    private static double Step(double low, double high, int wanted)
    {
        var raw = (high - low) / Math.Max(1, wanted);
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        foreach (var round in (double[])[1, 2, 2.5, 5])
            if (round * power >= raw * (1 - 1e-9)) return round * power;
        return 10 * power;
    }

    private static string Label(double value, double step, double size)
    {
        if (Math.Abs(value) < step * 1e-6) return "0";
        // Four digits, or as many as distinguish neighbours: two below the first of the step, for 0.25.
        if (size is >= 1e7 or < 1e-3)
        {
            var digits = (int)Math.Floor(Math.Log10(Math.Abs(value) / step) + 1e-9) + 3;
            return Number.Short(value, Math.Clamp(digits, 4, 15));
        }
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 6);
        var scaled = step * Math.Pow(10, decimals);
        if (Math.Abs(scaled - Math.Round(scaled)) > 1e-6) decimals++; // 0.25 needs two
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture).Replace('-', '−');
    }
}
