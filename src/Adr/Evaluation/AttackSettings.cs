using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Adr.Attacks;

namespace Adr.Evaluation;

/// <summary>The settings of an attack, to be shown beside its numbers.</summary>
internal static class AttackSettings
{
    private static readonly string[] ShownElsewhere = [nameof(Attack.Name), nameof(Attack.Threat), nameof(Attack.NeedsGradient)];

    /// <summary>Every public property that is a number, a text, a choice or a flag, as text by its name: the steps first, then in alphabetical order. A new attack needs to do nothing.</summary>
    internal static IReadOnlyDictionary<string, string> Of(Attack attack)
    {
        var settings = attack.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && IsSetting(property.PropertyType) && !ShownElsewhere.Contains(property.Name))
            .OrderBy(property => property.Name == nameof(Attack.Steps) ? 0 : 1).ThenBy(property => property.Name, StringComparer.Ordinal);
        return settings.ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name), property => Text(property.GetValue(attack)));
    }

    private static bool IsSetting(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(bool) || type == typeof(string) || type.IsEnum;

    private static string Text(object? value) => value switch
    {
        bool flag => flag ? "yes" : "no",
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
