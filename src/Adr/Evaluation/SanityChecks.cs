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
    private const double FallThatCounts = 0.002;      // 0.2 points

    /// <summary>What can be seen before any attack.</summary>
    /// <param name="evaluator">Model and data; the first batch is checked.</param>
    /// <param name="attack">The attacks that will run.</param>
    internal static IReadOnlyList<SanityWarning> Before(Evaluator evaluator, AutoAttack attack)
    {
        using var noGraph = no_grad();
        var (model, classes) = (evaluator.Model, evaluator.Data.Classes);
        foreach (var (images, labels, positions) in evaluator.Batches("sanity checks", null))
            return [.. Before(
                model,
                classes,
                images,
                labels,
                new ExampleSeeds(evaluator.Options.Seed, positions),
                attack)];
        return [];
    }

    private static IEnumerable<SanityWarning> Before(
        nn.Module<Tensor, Tensor> model,
        int classes,
        Tensor images,
        Tensor labels,
        ExampleSeeds seeds,
        AutoAttack attack)
    {
        var isForRandom = attack.Attacks.OfType<AutoPgdAttack>().Any(a => a.GradientSamples > 1);
        var found = new[]
        {
            isForRandom ? null : Randomised(model, images, labels),
            Probabilities(model, images),
            Dynamic(model, images),
            attack.FallbackFor(classes) is { } note ? TooFewClasses(classes, note) : null,
            attack.NeedsGradient ? ZeroGradients(model, images, labels, seeds, attack.Threat) : null,
        };
        return found.OfType<SanityWarning>();
    }

    /// <summary>What can be seen from the robust accuracies.</summary>
    /// <param name="stages">The attacks that have run, in their order.</param>
    internal static SanityWarning? After(IReadOnlyList<AutoAttackStage> stages)
    {
        var square = stages.ToList().FindIndex(stage => stage.IsScoreBased);
        if (square < 1) return null; // as the first attack it says nothing about the others
        var (before, after) = (stages[square - 1].RobustAccuracy, stages[square].RobustAccuracy);
        if (before.Value - after.Value <= FallThatCounts) return null;
        return new(SanityFlag.SquareBreaksMore,
            $"{stages[square].Attack}, which sees no gradient, lowered robust accuracy from {before.Value:0.0%} to "
                + $"{after.Value:0.0%}.",
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

    private static SanityWarning? ZeroGradients(
        nn.Module<Tensor, Tensor> model,
        Tensor images,
        Tensor labels,
        ExampleSeeds seeds,
        ThreatModel threat)
    {
        using var context = new AttackContext(model, images, labels, seeds, new AttackCost(), default);
        var gradient = context.Gradient(threat.RandomStart(images, seeds), logits => AttackLosses.Dlr(logits, labels))
            .Gradient;
        var zero = gradient.abs().flatten(1).amax([1L]).eq(0).sum().item<long>();
        return zero == 0 ? null : new(SanityFlag.ZeroGradients,
            $"At {zero} of {images.shape[0]} random examples of the feasible sets the gradient is exactly zero.",
            "Attacks by gradient cannot move there. Look for saturated softmax, quantised input or a step activation, "
                + "and take the black-box attacks' word: Square and SPSA with more queries.");
    }
}

/// <summary>Why the number that Auto-Attack gives may be too high to believe (the flags of its reference
/// implementation).</summary>
public enum SanityFlag
{
    /// <summary>The model answers the same images differently.</summary>
    Randomised,

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
