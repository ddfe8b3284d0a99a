using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Models;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>Whether the numbers of a gradient attack on a model can be believed. No warning is no proof: it says that
/// these checks, at these budgets, saw nothing.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Threat">What the attacks were allowed to do.</param>
/// <param name="Natural">Accuracy on the clean images that were looked at.</param>
/// <param name="Findings">One for each check, warnings and others.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="ModelEvaluations">Forward plus backward passes, counted per example.</param>
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
    string Device) : IStored
{
    /// <summary>The backward passes among <see cref="ModelEvaluations"/>.</summary>
    public long Backwards { get; init; }

    /// <summary>What the gradient attacks increased.</summary>
    public AttackLoss Loss { get; init; }

    /// <summary>What they increased instead because the model has few classes, in a sentence; null where the loss is
    /// what its name says.</summary>
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

    IEnumerable<string> IStored.Faults()
    {
        if (Natural.Successes == 0) yield return "no example is classified right, so nothing was attacked";
        if (Findings.CountBy(finding => finding.Check).FirstOrDefault(check => check.Value > 1) is { Value: > 1 } twice)
            yield return $"the check {twice.Key} is there twice";
        foreach (var fault in Consistency.OfCost("the masking check", Seconds, ModelEvaluations, Backwards))
            yield return fault;
    }

    /// <summary>One paragraph per check: the rule, the numbers, and for a warning what it means and what to
    /// do.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Model} on {DataSet}, {Natural.Total} examples, {Threat}: "
            + $"{Warnings.Count} of {Findings.Count} checks warn.\n");
        foreach (var finding in Findings)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{(finding.IsWarning ? "WARNING" : "ok     ")}  {finding.Rule} ({finding.Limit})\n");
            foreach (var number in finding.Numbers)
                text.Append(CultureInfo.InvariantCulture, $"         {number.What}: {number.Share}\n");
            if (finding.IsWarning)
                text.Append(CultureInfo.InvariantCulture, $"         {finding.Meaning}\n         {finding.Advice}\n");
        }
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Runs every check of <see cref="MaskingCheck"/>.</summary>
    /// <remarks>
    /// Examples that are misclassified as they are count as not robust and are not attacked. Examples keep their worst
    /// iterate. A number warns when it is off by more than <see cref="GradientMaskingOptions.Tolerance"/> of all
    /// examples: with the default 200 examples, by more than 4. No warning is no proof, and a warning is a reason to
    /// look closer: each <see cref="MaskingFinding"/> says what it means and what to do.
    /// </remarks>
    /// <param name="evaluator">Model and data; <see cref="GradientMaskingOptions.Examples"/> of them are used.</param>
    /// <param name="threat">What the evaluation in doubt allows, with ε &gt; 0.</param>
    /// <param name="options">The budgets; null for the defaults.</param>
    /// <exception cref="ArgumentException">Model, data, threat and options do not fit together, the model is a black
    /// box, or it gets every example wrong.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or it has no
    /// gradient at all.</exception>
    public static GradientMaskingReport Evaluate(
        Evaluator evaluator,
        ThreatModel threat,
        GradientMaskingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        ArgumentNullException.ThrowIfNull(threat);
        options ??= new GradientMaskingOptions();
        options.Validate();
        if (threat.Epsilon == 0)
            throw new ArgumentException("The checks need ε > 0: with ε = 0 there is nothing to attack.",
                nameof(threat));
        if (evaluator.Model is BlackBox box)
            throw new ArgumentException($"{box.Architecture} is a black box: it has no gradient that could be masked. "
                + $"Evaluate it with "
                + "Square or SPSA.", nameof(evaluator));
        evaluator.Check(new Fgsm(threat, options.Loss));
        using var data = evaluator.Data.Take(Math.Min(options.Examples, evaluator.Data.Count));
        using var few = new Evaluator(evaluator.Model, data, evaluator.Options, evaluator.Name, evaluator.Cancellation);
        var clock = Stopwatch.StartNew();
        var run = new MaskingRun(few, threat, options);
        if (run.Natural.Successes == 0)
            throw new ArgumentException($"{few.Name} misclassifies each of the first {data.Count} examples of "
                + $"{data.Name} as it is, so "
                + "there is nothing to attack. Check labels and weights.", nameof(evaluator));
        return new GradientMaskingReport(few.Name, data.Name, threat, run.Natural, [.. run.Findings()],
            clock.Elapsed.TotalSeconds, run.Cost.ModelEvaluations, few.Options.Seed, few.Device)
        {
            Backwards = run.Cost.Backwards,
            Loss = options.Loss,
            Note = options.Loss.FallbackFor(data.Classes),
        };
    }
}

/// <summary>What one check of <see cref="GradientMaskingReport"/> measured.</summary>
/// <param name="Check">Which check.</param>
/// <param name="IsWarning">Whether what must hold does not.</param>
/// <param name="Limit">When it warns, in words: "warns above 4 of 200 examples".</param>
/// <param name="Numbers">What was measured, with the budget in each name.</param>
public sealed record MaskingFinding(
    MaskingCheck Check,
    bool IsWarning,
    string Limit,
    IReadOnlyList<MaskingNumber> Numbers)
{
    /// <summary>What must hold.</summary>
    public string Rule => Texts[Check].Rule;

    /// <summary>What it means where the rule does not hold.</summary>
    public string Meaning => Texts[Check].Meaning;

    /// <summary>What to do where the rule does not hold.</summary>
    public string Advice => Texts[Check].Advice;

    private static readonly Dictionary<MaskingCheck, (string Rule, string Meaning, string Advice)> Texts = new()
    {
        [MaskingCheck.Logits] = (
            "the outputs are logits, not probabilities",
            "The losses of attacks are flat on probabilities: their gradients are small or zero where the model is "
                + "confident.",
            "Let the model end with its last linear layer, and attack what comes before the softmax."),
        [MaskingCheck.Batch] = (
            "an answer does not depend on the other images of the batch",
            "Accuracies, gradients and attacks are those of the batches, not of the images, so no other check means "
                + "anything here and none was run.",
            RepeatedAnswers.Advice),
        [MaskingCheck.ZeroGradients] = (
            "gradients are not exactly zero",
            "An attack does not move where the gradient is zero, so the example counts as robust although nothing "
                + "attacked it. "
            + "Rounding, a step function or a saturated softmax can cause this.",
            "Attack with AttackLoss.Dlr, which does not saturate with the scale of the logits. Replace the part "
                + "without a gradient by "
            + "a smooth one in the backward pass (BPDA). Compare with Square."),
        [MaskingCheck.LossRises] = (
            "the loss rises along a small step in the gradient's direction",
            "The gradient does not describe the loss around the images: the model is not smooth there, or its "
                + "backward pass does not "
            + "belong to its forward pass.",
            "Look for rounding, noise and code outside autograd in the forward pass. Attack through a smooth "
                + "replacement (BPDA), or "
            + "with the mean of several gradients (Apgd, gradientSamples)."),
        [MaskingCheck.MoreSteps] = ("more steps do not raise the robust accuracy",
            "The attack loses its way: its gradients lead nowhere, or its step size does not suit its steps.",
            "Try other step sizes and Apgd, which sets its own; take the worst case over all runs."),
        [MaskingCheck.Convergence] = (
            "the last increase of the steps does not lower the robust accuracy",
            "The attack has not converged, so the robust accuracy with the most steps is still too high. This is a "
                + "weak evaluation, and "
            + "not by itself a masked gradient.",
            "Take more steps, several restarts and KeptIterate.EarlyStop until the number no longer changes."),
        [MaskingCheck.OneStep] = (
            "one step finds no more adversarial examples than many",
            "Steps after the first make the attack worse: the loss around the images is so irregular that gradients "
                + "mislead.",
            "Take smaller steps, restarts and Apgd. Quote the worst case over all attacks, one-step ones included."),
        [MaskingCheck.LargerRadius] = (
            "robust accuracy falls, and never rises, as ε grows",
            "A larger ball contains the smaller one, so the attack misses what it could reach; or no radius has any "
                + "effect.",
            "Try other step sizes and Apgd. If nothing falls at all, check whether ε is large enough to matter, and "
                + "whether the model "
            + "uses its images."),
        [MaskingCheck.WholeBox] = (
            "in the whole box nothing stays correct",
            "Here every image can become any other, so a misclassified image is certainly within reach, and the "
                + "attack does not find it.",
            "Do not quote the gradient attack's number. Attack with AttackLoss.Dlr, more steps, and Square."),
        [MaskingCheck.BlackBox] = (
            "score-based attacks find nothing that the gradient attack misses",
            "These examples are not robust, and the gradient attack does not find that. A few of them: it is too "
                + "weak. Many, or a "
            + "score-based attack that finds more in all: the gradients are masked, and this is the clearest sign of "
            + "it.",
            "Quote the worst case over all attacks, Square among them, and adapt the gradient attack to the model "
                + "until it finds these "
            + "examples too."),
    };
}

/// <summary>A share of examples that a check measured.</summary>
/// <param name="What">What was measured, with its budget: "robust accuracy, PGD-20".</param>
/// <param name="Share">The share.</param>
public sealed record MaskingNumber(string What, Proportion Share);

/// <summary>What must hold before the numbers of a gradient attack on a model can be believed (Athalye et al. 2018,
/// section 3.1; Carlini et al. 2019, "On evaluating adversarial robustness", sections 3 and 5).</summary>
public enum MaskingCheck
{
    /// <summary>Outputs are logits, not probabilities.</summary>
    Logits,

    /// <summary>An answer does not depend on the other images of the batch. Where it does, no other check
    /// follows.</summary>
    Batch,

    /// <summary>Gradients are not exactly zero.</summary>
    ZeroGradients,

    /// <summary>The loss rises along a small step in the gradient's direction.</summary>
    LossRises,

    /// <summary>More steps do not help the defender.</summary>
    MoreSteps,

    /// <summary>The last increase of the steps does not lower the robust accuracy.</summary>
    Convergence,

    /// <summary>One step does not beat many.</summary>
    OneStep,

    /// <summary>Robust accuracy falls as ε grows.</summary>
    LargerRadius,

    /// <summary>In the whole box nothing stays correct.</summary>
    WholeBox,

    /// <summary>Score-based attacks find nothing that the gradient attack misses.</summary>
    BlackBox,
}
