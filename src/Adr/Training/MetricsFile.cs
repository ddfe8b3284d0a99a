using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Adr.Training;

/// <summary>The metrics.jsonl of a run folder: line k is the JSON of epoch k, with a seal.</summary>
internal static class MetricsFile
{
    // a member of another name is damage
    private static readonly JsonSerializerOptions Strict = new(Json.Strict)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Writes all epochs, whole or not at all.</summary>
    internal static void Write(string path, IEnumerable<EpochMetrics> epochs) => AtomicFile.Write(path, string.Concat(
        epochs.Select(epoch =>
            Json.Sealed(JsonSerializer.SerializeToNode(epoch, Json.Compact)!.AsObject()).ToJsonString(Json.Compact)
            + "\n")));

    /// <summary>Reads all epochs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="note">Told where an incomplete last line is left out.</param>
    /// <exception cref="InvalidDataException">A complete line is damaged, or is not of the epoch that belongs
    /// there.</exception>
    internal static IReadOnlyList<EpochMetrics> Read(string path, Action<string>? note)
    {
        var lines = Json.ReadText(path).Split('\n');
        var (epochs, sealedLines) = (new List<EpochMetrics>(), 0);
        for (var i = 0; i < lines.Length; i++)
        {
            var isLast = i == lines.Length - 1; // what follows the last line's end
            if (isLast && lines[i].Length == 0) break;
            var place = $"{path}, line {i + 1},";
            try
            {
                epochs.Add(Json.To<EpochMetrics>(Json.ParseObject(lines[i], place, out var isSealed), place, Strict));
                if (isSealed) sealedLines++;
            }
            catch (InvalidDataException) when (isLast)
            {
                note?.Invoke($"{path} ends within line {i + 1}, as after a kill. That line is left out.");
                break;
            }
            if (epochs[^1].Epoch != i + 1)
                throw new InvalidDataException($"{place} is of epoch {epochs[^1].Epoch} where epoch {i + 1} belongs: "
                    + "an epoch is missing or there twice. Delete the folder to train from the start.");
        }
        if (sealedLines > 0 && sealedLines < epochs.Count)
            throw new InvalidDataException($"{path} is damaged: {epochs.Count - sealedLines} of its {epochs.Count} "
                + "lines have no seal. Delete the folder to train from the start.");
        return epochs;
    }

    /// <summary>By which to know the epochs again; their wall times differ between equal runs and are left
    /// out.</summary>
    internal static string Fingerprint(IEnumerable<EpochMetrics> epochs) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(epochs.Select(epoch => epoch with { Seconds = 0 }),
            Json.Compact))));
}
