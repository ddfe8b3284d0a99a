using System.Globalization;
using System.Text.RegularExpressions;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>How tables and figures write accuracies, threat models and settings.</summary>
internal static partial class DisplayText
{
    /// <summary>"97.3 % [96.4, 98.0]": a share with its 95 % interval.</summary>
    internal static string Of(Proportion proportion) => $"{Percent(proportion.Value)} % {Interval(proportion)}";

    /// <summary>"L∞, ε = 0.3" or "L2, ε = 1.5".</summary>
    internal static string Of(ThreatModel threat) => $"{threat.Norm.Symbol()}, ε = {Epsilon(threat.Epsilon)}";

    /// <summary>"+12.8 points [+10.1, +15.5]" and what it counts.</summary>
    internal static string Of(PairedDifference difference)
    {
        var (low, high) = (difference.Value - difference.HalfWidth, difference.Value + difference.HalfWidth);
        return $"{Signed(difference.Value)} points [{Signed(low)}, {Signed(high)}]: "
            + $"of {Number.Count(difference.Total)} examples, "
            + $"only the first model keeps {Number.Count(difference.OnlyFirst)}, "
            + $"only the second {Number.Count(difference.OnlySecond)}";
    }

    /// <summary>"steps 40, step size 0.01, keep Last".</summary>
    internal static string Of(IReadOnlyDictionary<string, string> settings) =>
        string.Join(", ", settings.Select(setting => $"{Words(setting.Key)} {setting.Value}"));

    /// <summary>A share in percent with its interval in a table; a dash where there is no example.</summary>
    internal static TableCell Cell(Proportion proportion, bool strong = false) =>
        proportion.Total == 0 ? "–" : new TableCell($"{Percent(proportion.Value)} %", Interval(proportion), strong);

    /// <summary>ε as people write it: 8/255 where it is a multiple of 1/255 and not a short decimal.</summary>
    internal static string Epsilon(double epsilon)
    {
        var levels = epsilon * 255;
        var isShort = Math.Abs(epsilon * 100 - Math.Round(epsilon * 100)) < 1e-9;
        return !isShort && Math.Abs(levels - Math.Round(levels)) < 1e-6
            ? Math.Round(levels).ToString(CultureInfo.InvariantCulture) + "/255"
            : Number.Short(epsilon);
    }

    /// <summary>"LocalCompactness" as "local compactness", and cross-entropy, which is long, as "CE".</summary>
    internal static string Words(string name) =>
        CapitalInside().Replace(name, " $0").ToLowerInvariant().Replace("cross entropy", "CE");

    /// <summary>A difference of shares in percentage points, with its sign.</summary>
    internal static string Signed(double difference) => (difference > 0 ? "+" : "") + Percent(difference);

    /// <summary>A share in percent, without the sign.</summary>
    internal static string Percent(double share) => Number.Fixed(100 * share, 1);

    private static string Interval(Proportion proportion) =>
        $"[{Percent(proportion.Low)}, {Percent(proportion.High)}]";

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex CapitalInside();
}
