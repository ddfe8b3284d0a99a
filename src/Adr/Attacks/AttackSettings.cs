using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Adr.Attacks;

/// <summary>The settings of an attack, read from its public properties: a new attack needs to do nothing.</summary>
internal static class AttackSettings
{
    /// <summary>To be shown beside numbers: every number, text, choice and flag as text by its name, the steps first,
    /// then in alphabetical order.</summary>
    internal static IReadOnlyDictionary<string, string> Of(Attack attack) => Properties(attack)
        .Where(property => property.Name != nameof(Attack.Threat) && IsPlain(property.PropertyType))
        .OrderBy(property => property.Name == nameof(Attack.Steps) ? 0 : 1)
        .ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name),
            property => Shown(property.GetValue(attack)));

    /// <summary>To tell two attacks apart: everything, the threat and the settings of inner attacks too, as in
    /// "Apgd(GradientSamples=1, …, Steps=100, Threat=Linf 0.3 [0, 1])".</summary>
    internal static string Whole(Attack attack)
    {
        var settings = Properties(attack).Select(property => $"{property.Name}={Exact(property.GetValue(attack))}");
        return $"{attack.GetType().Name}({string.Join(", ", settings)})";
    }

    private static IEnumerable<PropertyInfo> Properties(Attack attack) =>
            attack.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetIndexParameters().Length == 0
            && property.Name is not (nameof(Attack.Name) or nameof(Attack.NeedsGradient)))
        .OrderBy(property => property.Name, StringComparer.Ordinal);

    private static bool IsPlain(Type type) =>
            type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(bool)
            || type == typeof(string)
            || type.IsEnum;

    private static string Shown(object? value) => value switch
    {
        bool flag => flag ? "yes" : "no",
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Exact(object? value) => value switch
    {
        null => "none",
        Attack attack => Whole(attack),
        ThreatModel threat => $"{threat.Norm} {Exact(threat.Epsilon)} {threat.Bounds}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Exact))}]",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
