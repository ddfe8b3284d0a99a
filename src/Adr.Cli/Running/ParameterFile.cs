using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Adr.Cli.Running;

/// <summary>Reads the parameters of a notebook from a YAML or JSON file: names and values, of which a list is one.</summary>
public static class ParameterFile
{
    /// <summary>Names and values as <c>-p</c> would give them; a value in quotes is text.</summary>
    /// <exception cref="UsageException">There is no such file, or it holds something else.</exception>
    public static IEnumerable<NotebookParameters.Given> Read(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"-f {path}: there is no such file.");
        var yaml = new YamlStream(); // JSON is YAML
        try
        {
            using var reader = File.OpenText(path);
            yaml.Load(reader);
        }
        catch (YamlException problem)
        {
            throw new UsageException($"-f {path}, line {problem.Start.Line}: {problem.InnerException?.Message ?? problem.Message}");
        }
        if (yaml.Documents.Count == 0) return [];
        if (yaml.Documents[0].RootNode is not YamlMappingNode root) throw new UsageException($"-f {path}: expected names with values, such as 'epochs: 5'.");
        return [.. root.Children.Select(child => Read(path, child.Key, child.Value))];
    }

    private static NotebookParameters.Given Read(string path, YamlNode name, YamlNode value)
    {
        if (name is not YamlScalarNode { Value: { } key } || !NotebookParameters.IsIdentifier(key))
            throw new UsageException($"-f {path}, line {name.Start.Line}: '{name}' is no parameter's name.");
        return value switch
        {
            YamlScalarNode scalar => new(key, scalar.Value ?? "null", IsText: IsQuoted(scalar)),
            YamlSequenceNode list when list.All(item => item is YamlScalarNode) => new(key, List(list), IsText: false),
            _ => throw new UsageException($"-f {path}, line {value.Start.Line}: the value of '{key}' is neither a value nor a list of values."),
        };
    }

    private static string List(YamlSequenceNode list) => $"[{string.Join(", ", list.Cast<YamlScalarNode>().Select(Item))}]";

    // As JSON, which tells text from numbers.
    private static string Item(YamlScalarNode item) => item.Value switch
    {
        null or "" when !IsQuoted(item) => "null",
        { } value when !IsQuoted(item) && IsJson(value) => value,
        var value => JsonSerializer.Serialize(value),
    };

    private static bool IsQuoted(YamlScalarNode scalar) => scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted;

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
}
