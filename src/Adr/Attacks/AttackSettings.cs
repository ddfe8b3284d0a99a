using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Adr.Attacks;

/// <summary>Every setting of an attack as text, so that two attacks can be told apart and a report says what ran.</summary>
internal static class AttackSettings
{
    /// <summary>As in "Apgd(GradientSamples=1, Keep=Broken, …, Steps=100, Threat=L∞ ε=0.3 …)".</summary>
    internal static string Of(Attack attack)
    {
        var settings = attack.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && property.Name is not (nameof(Attack.Name) or nameof(Attack.NeedsGradient)))
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => $"{property.Name}={Text(property.GetValue(attack))}");
        return $"{attack.GetType().Name}({string.Join(", ", settings)})";
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        Attack attack => Of(attack),
        ThreatModel threat => $"{threat.Norm} {threat.Epsilon.ToString("R", CultureInfo.InvariantCulture)} {threat.Bounds}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Text))}]",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
