using Adr.Attacks;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Looks for signs that attacks of this kind cannot measure this model; on the first batch, as Auto-Attack's
/// reference implementation does.</summary>
internal static class SanityChecks
{
    private const int Answers = 5;
    private const double DifferenceThatCounts = 1e-4; // of logits of length 1
    private const long FallThatCounts = 2;            // of a thousand examples

    /// <summary>What can be seen before any attack.</summary>
    /// <param name="evaluator">Model and data; the first batch is checked.</param>
    /// <param name="attack">The attacks that will run.</param>
    internal static IReadOnlyList<SanityWarning> Before(Evaluator evaluator, AutoAttack attack)
    {
        using var noGraph = no_grad();
        var (model, classes) = (evaluator.Model, evaluator.Data.Classes);
        var isForRandom = attack.Attacks.OfType<AutoPgdAttack>().Any(a => a.GradientSamples > 1);
        foreach (var (images, labels, _) in evaluator.Batches("sanity checks", null))
        {
            SanityWarning?[] found =
            [
                isForRandom ? null : Randomised(model, images, labels),
                BatchDependent(evaluator.Repeated),
                OneClass(evaluator),
                Probabilities(model, images),
                Dynamic(model, images),
                attack.FallbackFor(classes) is { } note ? TooFewClasses(classes, note) : null,
                attack.NeedsGradient ? ZeroGradients(evaluator, attack.Threat) : null,
            ];
            return [.. found.OfType<SanityWarning>()];
        }
        return [];
    }

    /// <summary>What can be seen from the robust accuracies.</summary>
    /// <param name="stages">The attacks that have run, in their order.</param>
    /// <param name="individual">Whether each ran on all correct examples, so that every other may be compared.</param>
    internal static SanityWarning? After(IReadOnlyList<AutoAttackStage> stages, bool individual)
    {
        foreach (var (i, stage) in stages.Index().Where(one => one.Item.IsScoreBased))
        {
            var others = individual ? stages.Where(other => !other.IsScoreBased) : stages.Take(i);
            if (After(stage, [.. others], individual) is { } warning) return warning;
        }
        return null;
    }

    // one score-based attack, after or beside others, of which one at least has to use gradients
    private static SanityWarning? After(AutoAttackStage square, AutoAttackStage[] others, bool individual)
    {
        if (others.All(other => other.IsScoreBased)) return null;
        var (before, after) = (others.Select(stage => stage.RobustAccuracy).MinBy(share => share.Successes)!,
            square.RobustAccuracy);
        if (1000L * (before.Successes - after.Successes) <= FallThatCounts * after.Total) return null;
        return new(SanityFlag.SquareBreaksMore,
            $"{square.Attack}, which sees no gradient, "
                + (individual ? $"leaves {after.Value:0.0%} robust, and the best other attack {before.Value:0.0%}."
                    : $"lowered robust accuracy from {before.Value:0.0%} to {after.Value:0.0%}."),
            "Gradients may be masked. Give Square more queries and restarts, run GradientMaskingReport.Evaluate, or "
                + "write an adaptive attack.");
    }

    private static SanityWarning? Randomised(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels)
    {
        var answers = Enumerable.Range(0, Answers).Select(_ => ModelFacts.Logits(model, images)).ToArray();
        var right = answers.Select(logits => logits.argmax(1).eq(labels).sum().item<long>()).Distinct().Count();
        var units = answers.Select(logits => logits / (logits.pow(2).sum(1).sqrt().unsqueeze(1) + 1e-10)).ToArray();
        var largest = units.SelectMany((a, i) => units.Skip(i + 1)
            .Select(b => (a - b).pow(2).sum(1).sqrt().max().to(ScalarType.Float64).item<double>())).Max();
        if (right == 1 && largest <= DifferenceThatCounts) return null;
        return new(SanityFlag.Randomised,
            $"Asked {Answers} times about the same {images.shape[0]} images, the model's logits, scaled to length 1, "
                + $"differed by up to {largest:0.0e+0}.",
            "It answers at random. Use AutoAttackVersion.Rand, which averages gradients, and average the accuracy "
                + "over several runs.");
    }

    private static SanityWarning? OneClass(Evaluator evaluator) =>
        evaluator.Predictions.Distinct().Count() > 1 || evaluator.Labels.Distinct().Count() == 1
            ? null
            : new(SanityFlag.OneClass,
                $"It predicts class \"{evaluator.Data.ClassNames[(int)evaluator.Predictions[0]]}\" for every one of "
                    + $"{evaluator.Predictions.Length} examples.",
                "A model that ignores its images cannot be fooled, and its robust accuracy means nothing.");

    private static SanityWarning? BatchDependent(RepeatedAnswers repeated) => repeated.DependsOnBatch
        ? new(SanityFlag.BatchDependent, repeated.WhatChanges, RepeatedAnswers.Advice)
        : null;

    private static SanityWarning? Probabilities(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        if (!Evaluator.AreProbabilities(ModelFacts.Logits(model, images)).all().item<bool>()) return null;
        return new(SanityFlag.ProbabilitiesForLogits,
            $"On {images.shape[0]} images every answer is in [0,1] and each sums to 1.",
            "They look like probabilities. Give the attack logits: a softmax saturates, its gradients vanish, and the "
                + "model seems more robust than it is.");
    }

    private static SanityWarning? Dynamic(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        var before = Fingerprint.Of(model);
        var uses = UsesAutograd(model, images);
        var what = Fingerprint.Of(model) != before ? "While it answers, the model changes its own weights or buffers."
            : uses ? "While it answers, the model switches autograd on, so it computes gradients." : null;
        return what is null ? null : new(SanityFlag.DynamicDefence, what,
            "It optimises at test time. Auto-Attack does not attack that loop: write an adaptive attack that goes "
                + "through it.");
    }

    // Autograd is off, and still the logits or the weights went through it. (To forbid it, by inference mode, would end
    // the process where the model calls TorchSharp's autograd.grad: Native/Gradients.)
    private static bool UsesAutograd(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        var frozen = model.parameters().Where(parameter => !parameter.requires_grad && parameter.is_floating_point())
            .ToList();
        var before = model.parameters().Select(parameter => (Parameter: parameter, Gradient: parameter.grad)).ToList();
        foreach (var parameter in frozen) parameter.requires_grad = true;
        foreach (var (parameter, _) in before) parameter.grad = null;
        try
        {
            using var noGraph = no_grad();
            return ModelFacts.Logits(model, images.detach().clone().requires_grad_(true), isCopy: true).requires_grad
                || before.Exists(pair => pair.Parameter.grad is not null);
        }
        finally
        {
            foreach (var (parameter, gradient) in before) parameter.grad = gradient;
            foreach (var parameter in frozen) parameter.requires_grad = false;
        }
    }

    private static SanityWarning TooFewClasses(int classes, string note) => new(SanityFlag.TooFewClasses,
        $"The model has {classes} classes. {note}",
        "The attacks ran with what is said here in place of their own loss or targets; the number is theirs.");

    /// <summary>Whether the margin has a gradient at most of the examples that an attack could not move, as the first
    /// correct images tell.</summary>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="unmoved">How many of the correct examples it could not move, as a share.</param>
    internal static bool HasMarginGradient(Evaluator evaluator, double unmoved)
    {
        var (zero, correct) = ZeroMarginGradients(evaluator, (images, _) => images);
        return 2 * zero < unmoved * correct;
    }

    private static SanityWarning? ZeroGradients(Evaluator evaluator, ThreatModel threat)
    {
        var (zero, correct) = ZeroMarginGradients(evaluator, threat.RandomStart);
        return zero == 0 ? null : new(SanityFlag.ZeroGradients,
            $"At random examples of the feasible sets of {correct} correct images, the gradient is exactly zero for "
                + $"{zero}.",
            "Attacks by gradient cannot move there. Look for saturated softmax, quantised input or a step activation, "
                + "and take the black-box attacks' word: Square and SPSA with more queries.");
    }

    // Of the correct examples of the first batch, those where the margin's gradient is exactly zero. Not DLR's, for
    // that is constant where an example is misclassified, or where two other classes are level.
    private static (int Zero, int Correct) ZeroMarginGradients(
        Evaluator evaluator, Func<Tensor, ExampleSeeds, Tensor> start)
    {
        using var noGraph = no_grad();
        foreach (var (images, labels, positions) in evaluator.Batches("sanity checks", evaluator.Correct))
        {
            var seeds = evaluator.SeedsOf(positions);
            using var context = new AttackContext(evaluator.Model, images, labels, seeds, new AttackCost(), default);
            var gradient = context.Gradient(start(images, seeds), logits => AttackLosses.Margin(logits, labels))
                .Gradient;
            return ((int)gradient.flatten(1).ne(0).any(1).logical_not().sum().item<long>(), positions.Length);
        }
        return (0, 0);
    }
}

/// <summary>What a model answers to the same images when it is asked once more, and when they come in two
/// halves.</summary>
/// <param name="Images">How many images were asked; below 2 nothing can be seen.</param>
/// <param name="AtRandom">By how much the logits differ the second time, at most, as a share of their range.</param>
/// <param name="ByBatch">By how much they differ in halves.</param>
/// <param name="Tolerance">How much of that may be rounding.</param>
/// <param name="Changed">How many images get other logits in halves, by more than rounding.</param>
/// <param name="Flipped">How many are of another class in halves.</param>
internal sealed record RepeatedAnswers(
    int Images, double AtRandom, double ByBatch, double Tolerance, int Changed, int Flipped)
{
    internal const string Advice = "A batch norm without running statistics does that, or any other statistic over "
        + "the batch. Accuracies then depend on the batch size and the order of the examples, and an attack that "
        + "changes one image changes the answers to others. Let the model use numbers that were fixed in training.";

    private const int Most = 32; // the smaller a batch, the more its statistics differ from another's

    /// <summary>Whether the model answers differently when nothing changes.</summary>
    internal bool IsRandom => AtRandom > Tolerance;

    /// <summary>Whether an answer depends on the other images.</summary>
    internal bool DependsOnBatch => !IsRandom && ByBatch > Math.Max(Tolerance, 10 * AtRandom);

    /// <summary>What was seen of <see cref="DependsOnBatch"/>.</summary>
    internal string WhatChanges => $"Asked about {Images} images at once and then in two halves, the model gave "
        + $"{Changed} of them other logits, by up to {ByBatch:0.0%} of their range, and {Flipped} of them another "
        + "class: an answer depends on the rest of the batch.";

    /// <summary>For a report; null where the answers are those of the images alone.</summary>
    internal string? Note => IsRandom
        ? $"Asked twice about the same {Images} images, the model gave logits that differ by up to {AtRandom:0.0%} of "
            + "their range: it answers at random, or counts its calls. Average over several runs and gradients "
            + "(Apgd's gradientSamples, AutoAttackVersion.Rand)."
        : DependsOnBatch ? $"{WhatChanges} {Advice}" : null;

    /// <summary>Asks.</summary>
    internal static RepeatedAnswers Of(Evaluator evaluator)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        // a black box may take one image at a time
        var most = evaluator is { Options.BatchSize: 1, Model: BlackBox } ? 1
            : Math.Clamp(evaluator.Options.BatchSize, 2, Most);
        var images = evaluator.First(most).Images;
        var count = (int)images.shape[0];
        if (count < 2) return new(count, 0, 0, 0, 0, 0);
        var (whole, again) = (evaluator.Logits(images), evaluator.Logits(images));
        // every other image, so that a model that answers by the place in the batch does not answer the same
        var order = cat([arange(0, count, 2), arange(1, count, 2)], 0).to(ScalarType.Int64).to(images.device);
        var mixed = images.index_select(0, order);
        var half = (count + 1) / 2;
        var halves = whole.index_copy(0, order, cat([evaluator.Logits(mixed.narrow(0, 0, half)),
            evaluator.Logits(mixed.narrow(0, half, count - half))], 0));
        var tolerance = ToleranceOf(whole);
        var byBatch = Differences(whole, halves);
        return new(count, Largest(Differences(whole, again)), Largest(byBatch), tolerance,
            (int)byBatch.gt(tolerance).sum().item<long>(),
            (int)whole.argmax(1).ne(halves.argmax(1)).sum().item<long>());
    }

    // [B]: as a share of the range of the logits, which for logits that are nearly level is that of their size
    private static Tensor Differences(Tensor logits, Tensor others)
    {
        var range = maximum(logits.amax([1L]) - logits.amin([1L]), 1e-3 * logits.abs().amax([1L]));
        return (logits - others).abs().amax([1L]) / range.clamp_min(1e-30);
    }

    private static double Largest(Tensor differences) => differences.max().to(ScalarType.Float64).item<double>();

    // Another batch size rounds otherwise, and more so where the logits were computed with fewer digits, which shows:
    // such numbers are the same after they were rounded to that type.
    private static double ToleranceOf(Tensor logits) =>
        Has(logits, ScalarType.BFloat16) ? 0.06 : Has(logits, ScalarType.Float16) ? 0.01 : 0.002;

    private static bool Has(Tensor logits, ScalarType type) =>
        !logits.to(type).to(logits.dtype).ne(logits).any().item<bool>();
}

/// <summary>Why the number that Auto-Attack gives may be too high to believe (the flags of its reference
/// implementation).</summary>
public enum SanityFlag
{
    /// <summary>The model answers the same images differently.</summary>
    Randomised,

    /// <summary>An answer depends on the other images of the batch.</summary>
    BatchDependent,

    /// <summary>The model answers with probabilities where logits are expected.</summary>
    ProbabilitiesForLogits,

    /// <summary>At some examples the gradient of the loss is exactly zero.</summary>
    ZeroGradients,

    /// <summary>The model computes gradients, or changes itself, while it answers.</summary>
    DynamicDefence,

    /// <summary>There are too few classes for a loss, or for the number of targets.</summary>
    TooFewClasses,

    /// <summary>Square, which sees no gradient, broke examples that the gradient attacks left.</summary>
    SquareBreaksMore,

    /// <summary>The model predicts one class for every example.</summary>
    OneClass,
}

/// <summary>One reason to doubt a robust accuracy.</summary>
/// <param name="Flag">Which.</param>
/// <param name="What">What was measured, with its numbers.</param>
/// <param name="Advice">What it means, and what to do.</param>
public sealed record SanityWarning(SanityFlag Flag, string What, string Advice)
{
    /// <summary>As a sentence or two.</summary>
    public override string ToString() => $"{What} {Advice}";
}
