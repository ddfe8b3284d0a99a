using System.CommandLine;
using System.Globalization;

namespace Adr.Cli;

/// <summary>Options that several verbs have.</summary>
internal static class Options
{
    /// <summary>An option whose value is a member of an enumeration, by name.</summary>
    /// <remarks>System.CommandLine would accept any number too.</remarks>
    /// <param name="name">The name, with its dashes.</param>
    /// <param name="description">The description in the help.</param>
    /// <param name="defaultValue">The value where the option is not given.</param>
    internal static Option<T> Choice<T>(string name, string description, T defaultValue) where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(value => value.ToLowerInvariant()).ToArray();
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join("|", names),
            DefaultValueFactory = _ => defaultValue,
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

    /// <summary>An option whose value is a time in seconds.</summary>
    internal static Option<TimeSpan?> Seconds(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SECONDS",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                && seconds is > 0 and < 1e7) return TimeSpan.FromSeconds(seconds);
            result.AddError($"{name} {text}: expected a number of seconds above 0.");
            return null;
        },
    };

    /// <summary>An option whose value is the number of a code cell.</summary>
    internal static Option<int?> Cell(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "CELL",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                return number;
            result.AddError($"{name} {text}: expected the number of a code cell, from 1.");
            return null;
        },
    };

    /// <summary>The parameters of a notebook.</summary>
    internal static Option<string[]> Parameters() => new("-p", "--parameter")
    {
        Description = "A value for the cell tagged 'parameters'. May be given more than once.",
        HelpName = "name=value",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The folder of the run folders.</summary>
    internal static Option<string?> Runs() => new("--runs")
    {
        Description = "The folder that holds the run folders. Default: $ADR_RUNS, else artifacts/runs.",
        HelpName = "DIR",
    };

    /// <summary>The folder of the run folders: as given, else <c>$ADR_RUNS</c>, else <c>artifacts/runs</c>.</summary>
    internal static string RunsFolder(string? given)
    {
        if (given is null && Environment.GetEnvironmentVariable("ADR_RUNS") is { Length: > 0 } set) given = set;
        return Path.GetFullPath(given ?? Repository.Artifact("runs"));
    }

    /// <summary>A JSON file with a matrix of experiments.</summary>
    internal static Argument<string> Matrix() => new("matrix")
    {
        Description = "A JSON file with experiments, defences and seeds, as docs/experiments.md describes it.",
    };
}
