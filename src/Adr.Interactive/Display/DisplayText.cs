using System.Globalization;
using System.Text.RegularExpressions;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>How tables and figures write accuracies, threat models and settings.</summary>
internal static partial class DisplayText
{
    /// <summary>"0.973 [0.964, 0.980]": a share with its 95 % interval.</summary>
    internal static string Of(Proportion proportion) => $"{Number.Fixed(proportion.Value, 3)} {Interval(proportion)}";

    /// <summary>"L∞, ε = 0.3" or "L2, ε = 1.5".</summary>
    internal static string Of(ThreatModel threat) => $"{threat.Norm.Symbol()}, ε = {Epsilon(threat.Epsilon)}";

    /// <summary>"+0.128 [0.101, 0.155]" and what it counts.</summary>
    internal static string Of(PairedDifference difference)
    {
        var (low, high) = (difference.Value - difference.HalfWidth, difference.Value + difference.HalfWidth);
        return $"{Signed(difference.Value)} [{Signed(low)}, {Signed(high)}]: "
            + $"of {Number.Count(difference.Total)} examples, "
            + $"only the first model keeps {Number.Count(difference.OnlyFirst)}, "
            + $"only the second {Number.Count(difference.OnlySecond)}";
    }

    /// <summary>"steps 40, step size 0.01, keep Last".</summary>
    internal static string Of(IReadOnlyDictionary<string, string> settings) =>
        string.Join(", ", settings.Select(setting => $"{Words(setting.Key)} {setting.Value}"));

    /// <summary>A share with its interval in a table; a dash where there is no example.</summary>
    internal static TableCell Cell(Proportion proportion, bool strong = false) =>
        proportion.Total == 0 ? "–" : new TableCell(Number.Fixed(proportion.Value, 3), Interval(proportion), strong);

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

    /// <summary>A difference of shares, with its sign.</summary>
    internal static string Signed(double difference) => (difference > 0 ? "+" : "") + Number.Fixed(difference, 3);

    private static string Interval(Proportion proportion) =>
        $"[{Number.Fixed(proportion.Low, 3)}, {Number.Fixed(proportion.High, 3)}]";

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex CapitalInside();
}
