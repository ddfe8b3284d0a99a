using System.Text.Json;
using Adr.Kernel.Notebooks;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

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
    private const int LongestFile = 16 << 20; // bytes

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

    /// <summary>Reads a YAML or JSON file with names and values, also lists. A value is text in quotes, as a block
    /// (<c>|</c>) or with the tag <c>!!str</c>.</summary>
    /// <exception cref="UsageException">The file is missing or holds something else.</exception>
    public static IEnumerable<ParameterValue> ReadFile(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"-f {path}: the file does not exist.");
        try
        {
            return ReadYaml(Utf8File.Read(path, LongestFile)); // JSON is YAML
        }
        catch (YamlException problem)
        {
            var reason = problem.InnerException?.Message ?? problem.Message;
            throw new UsageException($"-f {path}, line {problem.Start.Line}: {reason}");
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException
            or FormatException)
        {
            throw new UsageException($"-f {path}: {problem.Message}");
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException or OverflowException
            or IndexOutOfRangeException)
        {
            throw new UsageException($"-f {path}: this is not YAML: {problem.Message}"); // faults of the parser
        }
    }

    // The parser's events, and not its tree: a tree follows deep nesting and aliases of itself until the stack ends.
    private static List<ParameterValue> ReadYaml(string text)
    {
        var (parser, values) = (new Parser(new StringReader(text)), new List<ParameterValue>());
        var names = new HashSet<string>();
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return values;
        parser.Consume<DocumentStart>();
        if (!parser.TryConsume<MappingStart>(out _))
        {
            // Comments alone are an empty value.
            if (parser.TryConsume<Scalar>(out var scalar) && scalar is { Value: "", IsPlainImplicit: true })
                return values;
            throw new FormatException("expected names with values, such as 'epochs: 5'.");
        }
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var start = parser.Current!.Start;
            if (!parser.TryConsume<Scalar>(out var key) || !IsIdentifier(key.Value))
            {
                var name = key is null ? "a list or a map" : $"'{key.Value}'";
                throw new YamlException(start, start, $"{name} is not the name of a parameter.");
            }
            if (!names.Add(key.Value)) throw new YamlException(start, start, $"'{key.Value}' has a value already.");
            values.Add(ReadValue(parser, key.Value));
        }
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _)) throw new FormatException("expected one document, and not several.");
        return values;
    }

    private static ParameterValue ReadValue(Parser parser, string name)
    {
        if (parser.TryConsume<Scalar>(out var scalar)) return new(name, scalar.Value, IsText(scalar));
        var items = new List<string>();
        if (parser.TryConsume<SequenceStart>(out _))
        {
            while (parser.TryConsume<Scalar>(out var item)) items.Add(Item(item));
            if (parser.TryConsume<SequenceEnd>(out _))
                return new(name, $"[{string.Join(", ", items)}]", IsText: false);
        }
        var at = parser.Current!;
        throw new YamlException(at.Start, at.End, $"expected a value or a list of values for '{name}'.");
    }

    // As JSON, which distinguishes text from numbers.
    private static string Item(Scalar item) => item.Value switch
    {
        "" when !IsText(item) => "null",
        { } value when !IsText(item) && IsJson(value) => value,
        var value => JsonSerializer.Serialize(value),
    };

    // In quotes, a block, or with the tag !!str.
    private static bool IsText(Scalar scalar) => scalar.Style != ScalarStyle.Plain
        || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str");

    private static bool IsJson(string value)
    {
        try
        {
            using var parsed = JsonDocument.Parse(value);
            return true;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException) // half of a surrogate pair
        {
            return false;
        }
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_')
        && name.All(letter => char.IsLetterOrDigit(letter) || letter == '_');
}
