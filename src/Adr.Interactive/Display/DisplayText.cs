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
        var (low, high) = (difference.Low, difference.High);
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

    /// <summary>The columns for <see cref="PerExample"/>, forward passes first.</summary>
    internal static IReadOnlyList<string> PassColumns => ["forward per example", "backward per example"];

    /// <summary>What is said of them under a table.</summary>
    internal const string PassesAreMeans = 
        "Forward and backward passes are means over the examples that were attacked.";

    /// <summary>"7,820.3": a number of passes for each example that was attacked, on average; a dash where there was
    /// none, or the number is not known.</summary>
    internal static string PerExample(long? passes, int examples) =>
        passes is { } count && examples > 0
            ? ((double)count / examples).ToString("#,0.#", CultureInfo.InvariantCulture)
            : "–";

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
