using System.Globalization;
using System.Reflection;
using Adr.Attacks;

namespace Adr.Interactive;

/// <summary>An attack as its threat model and its settings, which are its public properties.</summary>
internal static class AttackView
{
    internal static TableView Of(Attack attack)
    {
        var settings = attack.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => IsSetting(property.PropertyType))
            .Where(property => property.Name is not (nameof(Attack.Name) or nameof(Attack.NeedsGradient)))
            .OrderBy(property => property.Name != nameof(Attack.Steps))
            .Select(property => (IReadOnlyList<TableCell>)
                [DisplayText.Words(property.Name), Text(property.GetValue(attack))]);
        IReadOnlyList<TableCell> threat = ["threat model", DisplayText.Of(attack.Threat)];
        return new TableView(attack.Name, ["setting", "value"], [threat, .. settings]) { WordColumns = 2 };
    }

    private static bool IsSetting(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(bool)
        || type == typeof(string) || type.IsEnum;

    private static string Text(object? value) => value switch
    {
        null => "–",
        bool flag => flag ? "yes" : "no",
        double number => DisplayText.Epsilon(number),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
