using System.Globalization;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>How each object of Adr is shown: as a figure, a table or a grid of images.</summary>
public static partial class Show
{
    /// <summary>"0.973 [0.964, 0.980]": the share with its 95 % interval.</summary>
    public static View Proportion(Proportion proportion)
    {
        ArgumentNullException.ThrowIfNull(proportion);
        return new TextView(AsText(proportion));
    }

    internal static TableCell AsCell(Proportion proportion, bool strong = false) =>
        proportion.Total == 0 ? "–" : new TableCell(Number.Fixed(proportion.Value, 3), Interval(proportion), strong);

    internal static string AsText(Proportion proportion) => $"{Number.Fixed(proportion.Value, 3)} {Interval(proportion)}";

    /// <summary>"L∞, ε = 0.3" or "L2, ε = 1.5".</summary>
    internal static string AsText(ThreatModel threat) => $"{threat.Norm.Symbol()}, ε = {Epsilon(threat.Epsilon)}";

    /// <summary>ε as people write it: 8/255 where it is a multiple of 1/255 and not a short decimal.</summary>
    internal static string Epsilon(double epsilon)
    {
        var levels = epsilon * 255;
        var isShort = Math.Abs(epsilon * 100 - Math.Round(epsilon * 100)) < 1e-9;
        return !isShort && Math.Abs(levels - Math.Round(levels)) < 1e-6
            ? Math.Round(levels).ToString(CultureInfo.InvariantCulture) + "/255"
            : Number.Short(epsilon);
    }

    private static string Interval(Proportion proportion) => $"[{Number.Fixed(proportion.Low, 3)}, {Number.Fixed(proportion.High, 3)}]";
}
