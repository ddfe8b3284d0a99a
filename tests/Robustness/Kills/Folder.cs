using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Robustness.Kills;

/// <summary>What a command leaves in a folder.</summary>
internal static partial class Folder
{
    // All that two runs of the same command do not have in common: how long something took, when it was, how much
    // memory the process had, and the seals over that.
    private static readonly HashSet<string> Times =
    [
        "seconds", "trainingSeconds", "duration", "start_time", "end_time", "execution", "date", "peakMemoryGiB",
        "seal",
    ];

    /// <summary>The drafts of files that are being written.</summary>
    internal static IReadOnlyList<string> Drafts(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(
            file => file.EndsWith(".tmp", StringComparison.Ordinal))];

    /// <summary>Reads every file but drafts, each by its parser.</summary>
    /// <exception cref="Exception">A file is not valid; the message names it.</exception>
    internal static void Check(string folder)
    {
        foreach (var file in Files(folder))
        {
            if (Path.GetExtension(file) is ".safetensors")
            {
                using var scope = NewDisposeScope();
                Safetensors.Read(file);
            }
            else if (Path.GetExtension(file) is ".ipynb") Notebook.Load(file);
            else _ = WithoutTimes(file);
        }
    }

    /// <summary>Each file's name with a hash of its content, without times; in order.</summary>
    internal static IReadOnlyList<string> Content(string folder) =>
        [.. Files(folder).Select(file => $"{Path.GetRelativePath(folder, file)} {Convert.ToHexStringLower(
            SHA256.HashData(WithoutTimes(file)))}").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Files(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is not (".tmp" or ".lock"));

    private static byte[] WithoutTimes(string file)
    {
        try
        {
            return Path.GetExtension(file) switch
            {
                ".json" or ".ipynb" => Stripped(File.ReadAllText(file)),
                ".jsonl" => [.. File.ReadLines(file).SelectMany(Stripped)],
                ".html" => Encoding.UTF8.GetBytes(TimeOfCell().Replace(File.ReadAllText(file), "")),
                _ => File.ReadAllBytes(file),
            };
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{file} is not valid: {damaged.Message}", damaged);
        }
    }

    private static byte[] Stripped(string json)
    {
        var root = JsonNode.Parse(json);
        Strip(root);
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray items)
            foreach (var item in items) Strip(item);
        if (node is not JsonObject members) return;
        foreach (var name in members.Select(member => member.Key).Where(Times.Contains).ToList()) members.Remove(name);
        foreach (var (_, member) in members) Strip(member);
    }

    [GeneratedRegex(" <span class=\"time\">[^<]*</span>")]
    private static partial Regex TimeOfCell();
}
