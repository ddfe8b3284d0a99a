using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Robustness.Damage;

/// <summary>JSON: its members become null, of another kind, deeply nested, doubled, renamed, exchanged or
/// gone.</summary>
/// <param name="perLine">Whether each line is a document, as in a .jsonl file.</param>
internal sealed class JsonForm(bool perLine = false) : Form
{
    private const string Mark = "\u0001here\u0001", WrittenMark = "\"\\u0001here\\u0001\"";

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "9223372036854775808", "4294967296", "-2147483648", "\"\"",
        "\"text\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "[]", "{}", "[null]", "[[]]", "{\"a\":null}",
        "{\"a\":1,\"a\":2}", "\"NaN\"", "NaN", "\"../../../etc/passwd\"", "[\"\\ud800\"]", "{\"\\ud800\":1}",
        "\"wide-resnet-9994-999\"", "\"cifar-100\"", "\"paper\"", "\"cuda:99\"", // what names something large or absent
        Nested("[", "]", 70), Nested("[", "]", 1_000), Nested("[", "]", 50_000), Nested("{\"a\":", "}", 70),
        Nested("{\"a\":", "}", 20_000), $"\"{new string('x', 200_000)}\"", new('9', 400),
    ];

    private static readonly string[] Names = ["", "a", "format", "kind", "type", "$type", "$ref", "\\ud800", "\\u0000"];

    internal override Damaged Damage(byte[] sample, byte[] other, Random random) => new(random.Next(4) switch
    {
        0 => ByteForm.Change(sample, other, random),
        1 => TextForm.WithExtreme(sample, random),
        _ => perLine ? ChangeLine(sample, random) : Change(sample, random),
    });

    /// <summary>One or two changes that leave the rest as it was.</summary>
    internal static byte[] Change(byte[] sample, Random random)
    {
        var text = Encoding.UTF8.GetString(sample);
        // What is no JSON any more after the first change cannot be changed by a second.
        return Encoding.UTF8.GetBytes(random.Next(3) == 0 && Once(text, random) is var once && IsJson(once)
            ? Once(once, random)
            : Once(text, random));
    }

    private static byte[] ChangeLine(byte[] sample, Random random)
    {
        var lines = Encoding.UTF8.GetString(sample).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(random.Next(lines.Count + 1), lines[at]); break;
            case 2: (lines[at], lines[^1]) = (lines[^1], lines[at]); break;
            default: lines[at] = Once(lines[at], random); break;
        }
        return Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
    }

    private static string Once(string json, Random random)
    {
        var root = JsonNode.Parse(json);
        var places = Places(root).ToList();
        if (places.Count == 0 || random.Next(20) == 0) return Values[random.Next(Values.Length)];
        var (parent, name, index) = places[random.Next(places.Count)];
        var value = Values[random.Next(Values.Length)];
        if (parent is JsonArray array)
        {
            switch (random.Next(4))
            {
                case 0: array.RemoveAt(index); break;
                case 1: array.Insert(index, array[index]?.DeepClone()); break;
                default: array[index] = Mark; break;
            }
            return Written(root!, value);
        }
        var members = (JsonObject)parent;
        var old = members[name!]?.ToJsonString() ?? "null";
        var key = JsonSerializer.Serialize(name);
        switch (random.Next(7))
        {
            case 0:
                members.Remove(name!);
                return root!.ToJsonString();
            case 1: // the same name twice
                members[name!] = Mark;
                return Written(root!, random.Next(2) == 0 ? $"{old},{key}:{value}" : $"{value},{key}:{old}");
            case 2: // a member that nobody knows
                members[name!] = Mark;
                return Written(root!, $"{old},\"{Names[random.Next(Names.Length)]}\":{value}");
            case 3: // another name
                members.Remove(name!);
                members.Insert(random.Next(members.Count + 1), name!.ToUpperInvariant(), JsonNode.Parse(old));
                return root!.ToJsonString();
            case 4: // the value of another place
                var (otherParent, otherName, otherIndex) = places[random.Next(places.Count)];
                var taken = otherParent is JsonArray from ? from[otherIndex] : ((JsonObject)otherParent)[otherName!];
                var copy = taken?.ToJsonString() ?? "null";
                members[name!] = Mark;
                return Written(root!, copy);
            default:
                members[name!] = Mark;
                return Written(root!, value);
        }
    }

    private static string Written(JsonNode root, string value) =>
        root.ToJsonString().Replace(WrittenMark, value, StringComparison.Ordinal);

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Places(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                yield return (members, name, 0);
                foreach (var inner in Places(value)) yield return inner;
            }
        }
        if (node is not JsonArray array) yield break;
        for (var i = 0; i < array.Count; i++)
        {
            yield return (array, null, i);
            foreach (var inner in Places(array[i])) yield return inner;
        }
    }

    private static bool IsJson(string text)
    {
        if (text.Contains(@"\ud", StringComparison.Ordinal)) return false; // half a character cannot be read here
        try
        {
            using var document = JsonDocument.Parse(
                text, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Nested(string open, string close, int depth) =>
        string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
}
