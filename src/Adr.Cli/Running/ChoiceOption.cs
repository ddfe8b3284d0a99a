using System.CommandLine;

namespace Adr.Cli.Running;

/// <summary>An option that takes a member of an enumeration by name. The library's own reading of enumerations would take any number, too.</summary>
internal static class ChoiceOption
{
    /// <summary>The option.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="otherwise">Where it is not given.</param>
    internal static Option<T> Create<T>(string name, string description, T otherwise) where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(value => value.ToLowerInvariant()).ToArray();
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join("|", names),
            DefaultValueFactory = _ => otherwise,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                foreach (var value in Enum.GetValues<T>())
                    if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
                result.AddError($"{name} '{text}': expected {string.Join(", ", names[..^1])} or {names[^1]}.");
                return default;
            },
        };
    }
}
