using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>Whether the numbers of a gradient attack on a model can be believed. No warning is no proof: it says that these checks, at these budgets, saw nothing.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Threat">What the attacks were allowed to do.</param>
/// <param name="Natural">Accuracy on the clean images that were looked at.</param>
/// <param name="Findings">One for each check, warnings and others.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="ModelEvaluations">Forward plus backward passes, counted per point.</param>
/// <param name="Seed">The seed of the attacks' random numbers.</param>
/// <param name="Device">Where it ran.</param>
public sealed record GradientMaskingReport(
    string Model,
    string DataSet,
    ThreatModel Threat,
    Proportion Natural,
    IReadOnlyList<MaskingFinding> Findings,
    double Seconds,
    long ModelEvaluations,
    long Seed,
    string Device)
{
    /// <summary>The backward passes among <see cref="ModelEvaluations"/>.</summary>
    public long Backwards { get; init; }

    /// <summary>What the gradient attacks increased.</summary>
    public AttackLoss Loss { get; init; }

    /// <summary>What they increased instead because the model has few classes, in a sentence; null where the loss is what its name says.</summary>
    public string? Note { get; init; }

    /// <summary>The findings that warn.</summary>
    [JsonIgnore]
    public IReadOnlyList<MaskingFinding> Warnings => [.. Findings.Where(finding => finding.IsWarning)];

    /// <summary>Everything as JSON, the sentences included.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Indented)!.AsObject();

    /// <summary>Writes <see cref="ToJson"/>, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => Json.Write(path, this);

    /// <summary>Reads a report back.</summary>
    /// <param name="path">A file by <see cref="Save"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else, or is damaged.</exception>
    public static GradientMaskingReport Load(string path) => Json.Read<GradientMaskingReport>(path);

    /// <summary>One paragraph per check: the rule, the numbers, and for a warning what it means and what to do.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Model} on {DataSet}, {Natural.Total} points, {Threat}: {Warnings.Count} of {Findings.Count} checks warn.\n");
        foreach (var finding in Findings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(finding.IsWarning ? "WARNING" : "ok     ")}  {finding.Rule} ({finding.Limit})\n");
            foreach (var number in finding.Numbers) text.Append(CultureInfo.InvariantCulture, $"         {number.What}: {number.Share}\n");
            if (finding.IsWarning) text.Append(CultureInfo.InvariantCulture, $"         {finding.Meaning}\n         {finding.Advice}\n");
        }
        return text.ToString().TrimEnd('\n');
    }
}
