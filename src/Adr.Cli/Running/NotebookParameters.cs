using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Adr.Cli;

/// <summary>The value of a notebook's parameter, as given on the command line or in a file.</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="Value">The value as text.</param>
/// <param name="IsText">Whether the value is text even if it looks like a number.</param>
public sealed record ParameterValue(string Name, string Value, bool IsText);

/// <summary>The parameters of a notebook.</summary>
/// <param name="Values">The values by name.</param>
/// <param name="Texts">The names of those that are text even if they look like a number.</param>
public sealed record NotebookParameters(IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> Texts)
{
    /// <summary>The values by name. Of two with the same name, the last counts.</summary>
    public static NotebookParameters Merge(IEnumerable<ParameterValue> given)
    {
        var last = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        foreach (var one in given) last[one.Name] = one;
        return new NotebookParameters(last.ToDictionary(one => one.Key, one => one.Value.Value),
            last.Values.Where(one => one.IsText).Select(one => one.Name).ToHashSet());
    }

    /// <summary>Reads an argument such as <c>epochs=5</c>.</summary>
    /// <param name="option">The name of the option, for the error.</param>
    /// <param name="argument">What follows the option.</param>
    /// <param name="isText">Whether the value is text even if it looks like a number.</param>
    /// <exception cref="UsageException">The argument is not <c>name=value</c> with a C# identifier as name.</exception>
    public static ParameterValue Parse(string option, string argument, bool isText)
    {
        var at = argument.IndexOf('=', StringComparison.Ordinal);
        if (at < 0 || !IsIdentifier(argument[..at]))
            throw new UsageException($"{option} {argument}: expected name=value with a name from the notebook's "
                + $"parameters cell, for example {option} epochs=5.");
        return new ParameterValue(argument[..at], argument[(at + 1)..], isText);
    }

    /// <summary>Reads a YAML or JSON file with names and values, also lists. A value in quotes is text.</summary>
    /// <exception cref="UsageException">The file is missing or holds something else.</exception>
    public static IEnumerable<ParameterValue> ReadFile(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"-f {path}: the file does not exist.");
        var yaml = new YamlStream(); // JSON is YAML
        try
        {
            using var reader = File.OpenText(path);
            yaml.Load(reader);
        }
        catch (YamlException problem)
        {
            var reason = problem.InnerException?.Message ?? problem.Message;
            throw new UsageException($"-f {path}, line {problem.Start.Line}: {reason}");
        }
        if (yaml.Documents.Count == 0) return [];
        if (yaml.Documents[0].RootNode is not YamlMappingNode root)
            throw new UsageException($"-f {path}: expected names with values, such as 'epochs: 5'.");
        return [.. root.Children.Select(child => Read(path, child.Key, child.Value))];
    }

    private static ParameterValue Read(string path, YamlNode name, YamlNode value)
    {
        if (name is not YamlScalarNode { Value: { } key } || !IsIdentifier(key))
            throw new UsageException($"-f {path}, line {name.Start.Line}: '{name}' is not the name of a parameter.");
        return value switch
        {
            YamlScalarNode scalar => new(key, scalar.Value ?? "null", IsText: IsQuoted(scalar)),
            YamlSequenceNode list when list.All(item => item is YamlScalarNode) => new(key, List(list), IsText: false),
            _ => throw new UsageException(
                $"-f {path}, line {value.Start.Line}: expected a value or a list of values for '{key}'."),
        };
    }

    private static string List(YamlSequenceNode list) =>
        $"[{string.Join(", ", list.Cast<YamlScalarNode>().Select(Item))}]";

    // As JSON, which distinguishes text from numbers.
    private static string Item(YamlScalarNode item) => item.Value switch
    {
        null or "" when !IsQuoted(item) => "null",
        { } value when !IsQuoted(item) && IsJson(value) => value,
        var value => JsonSerializer.Serialize(value),
    };

    private static bool IsQuoted(YamlScalarNode scalar) =>
        scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted;

    private static bool IsJson(string value)
    {
        try
        {
            using var parsed = JsonDocument.Parse(value);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_')
        && name.All(letter => char.IsLetterOrDigit(letter) || letter == '_');
}
