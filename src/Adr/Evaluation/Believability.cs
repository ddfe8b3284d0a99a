using Adr.Attacks;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Looks for signs that attacks of this kind cannot measure this model; on the first batch, as Auto-Attack's reference implementation does.</summary>
internal static class Believability
{
    private const int Answers = 5;
    private const double DifferenceThatCounts = 1e-4; // of logits of length 1
    private const double FallThatCounts = 0.002;      // 0.2 points

    /// <summary>What can be seen before any attack.</summary>
    /// <param name="model">Held still.</param>
    /// <param name="images">[B,C,H,W], at least one.</param>
    /// <param name="labels">[B].</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="attack">The attacks that shall run.</param>
    internal static IEnumerable<BelievabilityWarning> Before(Classifier model, Tensor images, Tensor labels, PointSeeds seeds, AutoAttack attack)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var isForRandom = attack.Attacks.OfType<AutoPgdAttack>().Any(a => a.GradientSamples > 1);
        var found = new[]
        {
            isForRandom ? null : Randomised(model, images, labels),
            Probabilities(model, images),
            Dynamic(model, images),
            attack.FallbackFor(model.Classes) is { } note ? TooFewClasses(model.Classes, note) : null,
            attack.NeedsGradient ? ZeroGradients(model, images, labels, seeds, attack.Threat) : null,
        };
        return [.. found.OfType<BelievabilityWarning>()];
    }

    /// <summary>What can be seen from the robust accuracies.</summary>
    /// <param name="stages">The attacks that have run, in their order.</param>
    internal static BelievabilityWarning? After(IReadOnlyList<AutoAttackStage> stages)
    {
        var square = stages.ToList().FindIndex(stage => stage.IsByAnswersAlone);
        if (square < 1) return null; // as the first attack it says nothing about the others
        var (before, after) = (stages[square - 1].RobustAccuracy, stages[square].RobustAccuracy);
        if (before.Value - after.Value <= FallThatCounts) return null;
        return new(BelievabilityFlag.SquareBreaksMore,
            $"{stages[square].Attack}, which sees no gradient, lowered robust accuracy from {before.Value:0.0%} to {after.Value:0.0%}.",
            "Gradients may be masked. Give Square more queries and restarts, look at GradientMasking.Check, or write an adaptive attack.");
    }

    private static BelievabilityWarning? Randomised(Classifier model, Tensor images, Tensor labels)
    {
        var answers = Enumerable.Range(0, Answers).Select(_ => model.call(images)).ToArray();
        var right = answers.Select(logits => logits.argmax(1).eq(labels).sum().item<long>()).Distinct().Count();
        var units = answers.Select(logits => logits / (logits.pow(2).sum(1).sqrt().unsqueeze(1) + 1e-10)).ToArray();
        var largest = units.SelectMany((a, i) => units.Skip(i + 1).Select(b => (a - b).pow(2).sum(1).sqrt().max().to(ScalarType.Float64).item<double>())).Max();
        if (right == 1 && largest <= DifferenceThatCounts) return null;
        return new(BelievabilityFlag.Randomised,
            $"Asked {Answers} times about the same {images.shape[0]} images, the model's logits, scaled to length 1, differed by up to {largest:0.0e+0}.",
            "It answers at random. Use AutoAttackVersion.Rand, which averages gradients, and average the accuracy over several runs.");
    }

    private static BelievabilityWarning? Probabilities(Classifier model, Tensor images)
    {
        if (!Subject.AreProbabilities(model.call(images)).all().item<bool>()) return null;
        return new(BelievabilityFlag.ProbabilitiesForLogits,
            $"On {images.shape[0]} images every answer is in [0,1] and each sums to 1.",
            "They look like probabilities. Give the attack logits: a softmax saturates, its gradients vanish, and the model seems more robust than it is.");
    }

    private static BelievabilityWarning? Dynamic(Classifier model, Tensor images)
    {
        var before = Fingerprint.Of(model);
        var uses = UsesAutograd(model, images);
        var what = Fingerprint.Of(model) != before ? "While it answers, the model changes its own weights or buffers."
            : uses ? "While it answers, the model switches autograd on, so it computes gradients." : null;
        return what is null ? null : new(BelievabilityFlag.DynamicDefence, what,
            "It optimises at test time. Auto-Attack does not attack that loop: write an adaptive attack that goes through it.");
    }

    // Autograd is off, and still the logits or the weights have met it. (To forbid it, by inference mode, would end the process
    // where the model calls TorchSharp's autograd.grad: Native/Gradients.)
    private static bool UsesAutograd(Classifier model, Tensor images)
    {
        var frozen = model.parameters().Where(parameter => !parameter.requires_grad && parameter.is_floating_point()).ToList();
        var before = model.parameters().Select(parameter => (Parameter: parameter, Gradient: parameter.grad)).ToList();
        foreach (var parameter in frozen) parameter.requires_grad = true;
        foreach (var (parameter, _) in before) parameter.grad = null;
        try
        {
            using var noGraph = no_grad();
            return model.call(images.detach().clone().requires_grad_(true)).requires_grad || before.Exists(pair => pair.Parameter.grad is not null);
        }
        finally
        {
            foreach (var (parameter, gradient) in before) parameter.grad = gradient;
            foreach (var parameter in frozen) parameter.requires_grad = false;
        }
    }

    private static BelievabilityWarning TooFewClasses(int classes, string note) => new(BelievabilityFlag.TooFewClasses,
        $"The model has {classes} classes. {note}",
        "The attacks ran with what is said here in place of their own loss or targets; the number is theirs.");

    private static BelievabilityWarning? ZeroGradients(Classifier model, Tensor images, Tensor labels, PointSeeds seeds, ThreatModel threat)
    {
        var objective = new PointObjective(model, PointLoss.LogitRatio(labels), new AttackCost());
        var gradient = objective.Ascend(threat.RandomStart(images, seeds)).Gradient;
        var zero = gradient.abs().flatten(1).amax([1L]).eq(0).sum().item<long>();
        return zero == 0 ? null : new(BelievabilityFlag.ZeroGradients,
            $"At {zero} of {images.shape[0]} random points of the feasible sets the gradient is exactly zero.",
            "Attacks by gradient cannot move there. Look for saturated softmax, quantised input or a step activation, and take the black-box attacks' word: Square and SPSA with more queries.");
    }
}
