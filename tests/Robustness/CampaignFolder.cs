using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Adr.Robustness;

/// <summary>The counts of a campaign: a file for each parser and each killed command in the folder that
/// <c>ADR_CAMPAIGN</c> names, and a table of each kind in Markdown.</summary>
internal static class CampaignFolder
{
    /// <summary>For people and scripts.</summary>
    internal static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A number from the environment.</summary>
    internal static long Setting(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? long.Parse(given, CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>Keeps counts, if a folder is named.</summary>
    /// <param name="kind">The kind of test, which has a table.</param>
    /// <param name="name">What was tested.</param>
    /// <param name="counts">Its numbers.</param>
    internal static void Save<T>(string kind, string name, T counts)
    {
        if (Environment.GetEnvironmentVariable("ADR_CAMPAIGN") is not { Length: > 0 } folder) return;
        var place = Directory.CreateDirectory(Path.Combine(folder, kind)).FullName;
        File.WriteAllText(Path.Combine(place, name + ".json"), JsonSerializer.Serialize(counts, Indented) + "\n");
        var all = Directory.GetFiles(place).Order(StringComparer.Ordinal).Select(Numbers).ToList();
        var columns = all[0].Select(column => column.Name).ToList();
        string[] lines =
        [
            $"| {string.Join(" | ", columns)} |", $"|{string.Concat(columns.Select(_ => "---|"))}",
            .. all.Select(row => $"| {string.Join(" | ", row.Select(column => column.Value))} |"),
        ];
        File.WriteAllLines(Path.Combine(folder, kind + ".md"), lines);
    }

    private static List<(string Name, string Value)> Numbers(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Array)
            .Select(member => (member.Name, member.Value.ToString()))];
    }
}
