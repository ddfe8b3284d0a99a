using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The boundary attack with gradients: from beyond the decision boundary along it, to the place nearest to the
/// image (Brendel et al. 2019, "Accurate, reliable and fast robustness evaluation"). L∞ and L2.</summary>
/// <remarks>
/// A misclassified start is drawn towards the image until the boundary is near; then each step solves exactly for the
/// nearest example on the boundary, as the gradient shows it, within a trust region of radius learningRate · C·H·W ·
/// (High − Low), which shrinks on the way. One gradient per example and step, and no early stop: the momentum may move
/// an example again that stood still. ε does not matter to the search. Settings and their defaults are those of the
/// reference implementation (Foolbox 3), but for these differences: a start is misclassified always — where blended
/// noise finds none, gradient steps without a budget follow, and an example for which these find none either has the
/// distance +∞ and disturbs no other; the radius does not count the batch, as the reference's does, so a result does
/// not depend on it: the reference's learning rate is 1e-3, which is <see cref="LearningRate"/> over the batch size;
/// the step's problem is solved exactly, with a bound on every loop, and where an example cannot come back to the
/// boundary within the region it goes as near as it can, not away from it; the place after the last step is a candidate
/// too; and an example counts as misclassified from a margin of 1e-5 of the largest |logit| on, so that rounding in
/// another batch does not undo it. The images pass through the CPU at each step.
/// </remarks>
public sealed class BrendelBethge : MinimumNormAttack
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">Norm (L∞ or L2) and box; ε counts for <see cref="Attack.Perturb"/> only.</param>
    /// <param name="steps">The number of steps, at least 1.</param>
    /// <param name="overshoot">In [1, 2]: a step aims at overshoot − 1 times the present margin beyond the
    /// boundary.</param>
    /// <param name="learningRate">The radius of the trust region at first, &gt; 0, over C·H·W · (High − Low). The
    /// default is the reference's for a batch of 50: from there on a larger region leads no nearer, and with that of a
    /// batch of 1 the attack ends 3 to 7 % further away (docs/attacks.md).</param>
    /// <param name="decay">In (0, 1]: what the radius is multiplied by at each decay.</param>
    /// <param name="decays">How often it is, at least 1: every steps/decays steps.</param>
    /// <param name="momentum">In [0, 1): the share of the boundary's direction that stays from step to step.</param>
    /// <param name="binarySearchSteps">Halvings of the way to the start, at least 0.</param>
    /// <param name="directions">Noise images that are tried as a start, at least 0; for most examples the first will
    /// do.</param>
    /// <param name="blendSteps">Places on the way to the noise image that are tried, at least 1.</param>
    /// <exception cref="ArgumentException">The norm is L1, or a number is out of range.</exception>
    public BrendelBethge(
        ThreatModel threat,
        int steps = 1000,
        double overshoot = 1.1,
        double learningRate = 0.05,
        double decay = 0.5,
        int decays = 20,
        double momentum = 0.8,
        int binarySearchSteps = 10,
        int directions = 1000,
        int blendSteps = 1000)
        : base($"B&B-{steps}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(decays, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(binarySearchSteps, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(directions, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(blendSteps, 1);
        Require.That(overshoot >= 1 && overshoot <= 2, overshoot, "The overshoot must be in [1, 2].");
        Require.That(learningRate > 0 && double.IsFinite(learningRate), learningRate,
            "The learning rate must be a finite number > 0.");
        Require.That(decay > 0 && decay <= 1, decay, "The decay must be in (0, 1].");
        Require.That(momentum >= 0 && momentum < 1, momentum, "The momentum must be in [0, 1).");
        (Steps, Overshoot, LearningRate, Decay, Decays, Momentum)
            = (steps, overshoot, learningRate, decay, decays, momentum);
        (BinarySearchSteps, Directions, BlendSteps) = (binarySearchSteps, directions, blendSteps);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>A step aims at this less 1, times the present margin, beyond the boundary.</summary>
    public double Overshoot { get; }

    /// <summary>The radius of the trust region at first, over C·H·W · (High − Low).</summary>
    public double LearningRate { get; }

    /// <summary>What the radius is multiplied by at each decay.</summary>
    public double Decay { get; }

    /// <summary>How often it is.</summary>
    public int Decays { get; }

    /// <summary>The share of the boundary's direction that stays from step to step.</summary>
    public double Momentum { get; }

    /// <summary>Halvings of the way to the start.</summary>
    public int BinarySearchSteps { get; }

    /// <summary>Noise images that are tried as a start, at most.</summary>
    public int Directions { get; }

    /// <summary>Places on the way to the noise image that are tried, at most.</summary>
    public int BlendSteps { get; }

    /// <inheritdoc/>
    protected override void CheckThreat(ThreatModel threat)
    {
        if (threat.Norm == Norm.L1)
            throw new ArgumentException("Brendel & Bethge's attack is here for L∞ and L2, not for L1. "
                + "Use Auto-PGD or Square for L1.", nameof(threat));
    }

    /// <inheritdoc/>
    public override Tensor Search(AttackContext context)
    {
        var (origin, labels) = (context.Images, context.Labels);
        var clean = MarginNumbers.Of(context.Forward(origin), labels, Name).Margin;
        List<int> right = [.. Enumerable.Range(0, clean.Length).Where(i => !(clean[i] > 0))];
        var result = origin.clone();
        if (right.Count == 0) return result;
        var (images, classes) = Select(right, origin, labels);
        var start = new AdversarialStart(Name, context, images, classes, Threat.Bounds);
        var starts = start.Search(context.Seeds.Select(right), Directions, BlendSteps);
        result.index_copy_(0, PerExample.Index(right, origin.device), starts);
        List<int> found = [.. Enumerable.Range(0, right.Count).Where(i => start.Found[i])];
        if (found.Count == 0) return result;
        (images, classes) = Select(found, images, classes);
        var nearest = new BoundaryWalk(this, context, images, classes)
            .From(starts.index_select(0, PerExample.Index(found, origin.device)));
        return result.index_copy_(0, PerExample.Index(found.Select(i => right[i]), origin.device), nearest);
    }

    private static (Tensor Images, Tensor Labels) Select(List<int> examples, Tensor images, Tensor labels)
    {
        var index = PerExample.Index(examples, images.device);
        return (images.index_select(0, index), labels.index_select(0, index));
    }
}
