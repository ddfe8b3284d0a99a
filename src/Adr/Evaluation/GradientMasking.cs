using System.Globalization;
using Adr.Attacks;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The budgets of <see cref="GradientMaskingReport.Evaluate"/>. The defaults take a small network on the CPU
/// about a minute; larger ones see more.</summary>
public sealed record GradientMaskingOptions
{
    /// <summary>How many examples to check, from the first on, at least 1; fewer where the data set has fewer.
    /// Default 200.</summary>
    public int Examples { get; init; } = 200;

    /// <summary>What the gradient attacks increase: the loss of the evaluation that is in doubt. Default cross-entropy;
    /// not <see cref="AttackLoss.KullbackLeibler"/>.</summary>
    public AttackLoss Loss { get; init; } = AttackLoss.CrossEntropy;

    /// <summary>The steps of PGD, ascending, two or more; every run starts at the same examples and has the step size
    /// 2.5 ε/steps. Default 1, 5, 10, 20, 50.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [1, 5, 10, 20, 50];

    /// <summary>The steps of PGD in the whole box, at least 1. Default 50.</summary>
    public int WholeBoxSteps { get; init; } = 50;

    /// <summary>At which multiples of ε to attack, ascending, two or more, each &gt; 0. Default 0.5, 1, 2.</summary>
    public IReadOnlyList<double> RadiusFactors { get; init; } = [0.5, 1, 2];

    /// <summary>The steps of PGD at each of them, at least 1. Default 20.</summary>
    public int RadiusSteps { get; init; } = 20;

    /// <summary>Questions of Square; 0 leaves it out. Default 500.</summary>
    public int SquareQueries { get; init; } = 500;

    /// <summary>Steps of SPSA; 0, the default, leaves it out.</summary>
    public int SpsaSteps { get; init; }

    /// <summary>Directions of one of SPSA's estimates. Default 64.</summary>
    public int SpsaSamples { get; init; } = 64;

    /// <summary>Random examples of the feasible set for each image; 0 leaves them out. Default 20.</summary>
    public int NoiseTrials { get; init; } = 20;

    /// <summary>The small step along the gradient, as a share of ε, in (0,1]. Default 0.01.</summary>
    public double SmallStep { get; init; } = 0.01;

    /// <summary>The share of right examples whose loss must rise along it, in [0,1]. Default 0.95.</summary>
    public double LeastRise { get; init; } = 0.95;

    /// <summary>The share of examples by which numbers may differ before it counts, in [0,1). Default 0.02.</summary>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>The share of examples that may stay right in the whole box, in [0,1): an attack may lose its way with a
    /// few. Default 0.05.</summary>
    public double WholeBoxLeft { get; init; } = 0.05;

    /// <summary>Throws unless the options make sense.</summary>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Examples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WholeBoxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RadiusSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SpsaSamples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(SquareQueries);
        ArgumentOutOfRangeException.ThrowIfNegative(SpsaSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(NoiseTrials);
        if (!Enum.IsDefined(Loss) || Loss == AttackLoss.KullbackLeibler)
            throw new ArgumentOutOfRangeException(nameof(Loss), Loss,
                "Expected CrossEntropy, Margin or Dlr: KL(p(x) ‖ p(x')) has no gradient at the images themselves.");
        if (!IsAscending([.. Steps.Select(steps => (double)steps)]) || Steps[0] < 1)
            throw new ArgumentException(
                $"Steps must be two or more ascending numbers from 1 on, but are [{string.Join(", ", Steps)}].",
                nameof(Steps));
        if (!IsAscending(RadiusFactors) || !(RadiusFactors[0] > 0) || !double.IsFinite(RadiusFactors[^1]))
            throw new ArgumentException($"RadiusFactors must be two or more ascending finite numbers > 0, but are "
                + $"[{string.Join(", ", RadiusFactors)}].", nameof(RadiusFactors));
        Require.That(SmallStep is > 0 and <= 1, SmallStep, "The small step is a share of ε in (0,1].");
        Require.That(LeastRise is >= 0 and <= 1, LeastRise, "A share of examples is in [0,1].");
        Require.That(Tolerance is >= 0 and < 1, Tolerance, "A share of examples is in [0,1).");
        Require.That(WholeBoxLeft is >= 0 and < 1, WholeBoxLeft, "A share of examples is in [0,1).");
    }

    private static bool IsAscending(IReadOnlyList<double> values) =>
        values.Count >= 2 && values.Zip(values.Skip(1)).All(pair => pair.First < pair.Second);
}

/// <summary>The measurements of <see cref="GradientMaskingReport"/> on one model.</summary>
internal sealed class MaskingRun
{
    private readonly Evaluator _evaluator;
    private readonly ThreatModel _threat;
    private readonly GradientMaskingOptions _options;
    private readonly bool[] _correct;

    internal MaskingRun(Evaluator evaluator, ThreatModel threat, GradientMaskingOptions options) =>
        (_evaluator, _threat, _options, _correct) = (evaluator, threat, options, evaluator.Correct);

    /// <summary>Accuracy on the clean images.</summary>
    internal Proportion Natural => Proportion.Of(_correct);

    /// <summary>What was spent.</summary>
    internal AttackCost Cost { get; } = new();

    /// <summary>All checks, the cheap ones first.</summary>
    internal IEnumerable<MaskingFinding> Findings()
    {
        yield return Logits();
        if (Batch() is { } batch)
        {
            yield return batch;
            // every other number would be one of the batches, and its cause a false one
            if (batch.IsWarning) yield break;
        }
        foreach (var finding in Gradients()) yield return finding;
        var bySteps = _options.Steps.Select(steps => Attack(Climb(_threat, steps))).ToArray();
        yield return MoreSteps(bySteps);
        yield return Convergence(bySteps);
        yield return OneStep(bySteps[^1]);
        yield return LargerRadius();
        yield return WholeBox();
        if (BlackBoxAttacks().ToArray() is { Length: > 0 } attacks) yield return BlackBox(bySteps, attacks);
    }

    private MaskingFinding Logits()
    {
        var share = new Proportion(_evaluator.ProbabilityRows, _correct.Length);
        return new(MaskingCheck.Logits, share.Successes == share.Total, "warns if all are",
            [new("outputs in [0,1] that sum to 1", share)]);
    }

    // null where it cannot be told: one example alone, or a model that answers at random
    private MaskingFinding? Batch()
    {
        var repeated = _evaluator.Repeated;
        return repeated.Images < 2 || repeated.IsRandom ? null : new(MaskingCheck.Batch, repeated.DependsOnBatch,
            $"warns if any differ by more than {Text(100 * repeated.Tolerance)} % of their range",
            [new("images with other logits in half the batch", new(repeated.Changed, repeated.Images))]);
    }

    // of the right examples: whose gradient is zero, and whose loss rises along it
    private IEnumerable<MaskingFinding> Gradients()
    {
        var (zero, rising) = (0, 0);
        foreach (var (images, labels, positions) in _evaluator.Batches("gradients", _correct))
        {
            using var noGraph = no_grad();
            using var context = new AttackContext(_evaluator.Model, images, labels, new(0, positions), Cost,
                _evaluator.Cancellation);
            var here = context.Gradient(images, logits => AttackLosses.Of(_options.Loss, logits, labels));
            if (!here.Gradient.isfinite().all().item<bool>())
                throw new InvalidOperationException($"{_evaluator.Name} has gradients that are not finite on "
                    + $"{_evaluator.Data.Name}. Check its weights, and divisions, roots and logarithms in its forward "
                    + $"pass.");
            zero += (int)here.Gradient.abs().flatten(1).amax([1L]).eq(0).sum().item<long>();
            var step = _options.SmallStep * _threat.Epsilon * _threat.AscentDirection(here.Gradient, images);
            var there = context.Forward(_threat.Project(images + step, images));
            rising += (int)Height(there, labels).gt(Height(here.Logits, labels)).sum().item<long>();
        }
        var right = Natural.Successes;
        yield return new(MaskingCheck.ZeroGradients, zero > Allowed(right),
            $"warns above {Allowed(right)} of {right} examples",
            [new("right examples whose gradient is exactly zero", new(zero, right))]);
        yield return new(MaskingCheck.LossRises, rising < _options.LeastRise * right,
            $"warns below {Text(100 * _options.LeastRise)} %",
            [new($"right examples whose loss rises along {Text(_options.SmallStep)} ε", new(rising, right))]);
    }

    private MaskingFinding MoreSteps(Outcome[] bySteps)
    {
        var best = bySteps[0].Share.Successes;
        var rises = false;
        foreach (var outcome in bySteps)
        {
            rises |= outcome.Share.Successes > best + Allowed();
            best = Math.Min(best, outcome.Share.Successes);
        }
        return new(MaskingCheck.MoreSteps, rises, $"warns if it rises by more than {Allowed()} examples",
            [.. bySteps.Select(outcome => outcome.Number)]);
    }

    private MaskingFinding Convergence(Outcome[] bySteps) =>
        new(MaskingCheck.Convergence, bySteps[^1].Share.Successes < bySteps[^2].Share.Successes - Allowed(),
            $"warns above {InWords(Allowed())}", [bySteps[^2].Number, bySteps[^1].Number]);

    private MaskingFinding OneStep(Outcome many)
    {
        var one = Attack(new Fgsm(_threat, _options.Loss));
        return new(MaskingCheck.OneStep, one.Share.Successes < many.Share.Successes - Allowed(),
            $"warns above {InWords(Allowed())} more", [one.Number, many.Number]);
    }

    private MaskingFinding LargerRadius()
    {
        var numbers = new List<MaskingNumber> { new("natural accuracy", Natural) };
        foreach (var factor in _options.RadiusFactors)
        {
            var outcome = Attack(Climb(_threat.WithEpsilon(factor * _threat.Epsilon), _options.RadiusSteps));
            numbers.Add(
                new($"robust accuracy at ε = {Text(factor * _threat.Epsilon)}, {outcome.Attack}", outcome.Share));
        }
        var allowed = Allowed();
        var rises = numbers.Zip(numbers.Skip(1))
            .Any(pair => pair.Second.Share.Successes > pair.First.Share.Successes + allowed);
        var isFlat = Natural.Successes > allowed && numbers[^1].Share.Successes >= Natural.Successes - allowed;
        return new(MaskingCheck.LargerRadius, rises || isFlat,
            $"warns if it rises by more than {allowed} examples, or falls by no more in all", numbers);
    }

    // from the images themselves: a start anywhere in the box would be wrong without any gradient
    private MaskingFinding WholeBox()
    {
        var box = new ThreatModel(Norm.Linf, _threat.Bounds.Range, _threat.Bounds);
        var outcome = Attack(new Pgd(box, _options.WholeBoxSteps, keep: KeptIterate.EarlyStop, loss: _options.Loss,
            start: AttackStart.None));
        var left = (int)Math.Floor(_options.WholeBoxLeft * _correct.Length);
        return new(MaskingCheck.WholeBox, outcome.Share.Successes > left, $"warns above {InWords(left)}",
            [new($"robust accuracy in the whole box {_threat.Bounds}, {outcome.Attack}", outcome.Share)]);
    }

    private MaskingFinding BlackBox(Outcome[] bySteps, Attack[] attacks)
    {
        var robust = Enumerable.Range(0, _correct.Length).Select(i => bySteps.All(outcome => outcome.Robust[i]))
            .ToArray();
        var numbers = new List<MaskingNumber> { new(
            $"robust accuracy, {string.Join(", ", bySteps.Select(outcome => outcome.Attack))} together",
            Proportion.Of(robust)) };
        var isWarning = false;
        foreach (var attack in attacks)
        {
            var outcome = Attack(attack);
            var missed = robust.Zip(outcome.Robust, (before, after) => before && !after).ToArray();
            numbers.Add(outcome.Number);
            numbers.Add(new($"found by {attack.Name} and by none of them", Proportion.Of(missed)));
            isWarning |= missed.Count(isMissed => isMissed) > Allowed();
        }
        return new(MaskingCheck.BlackBox, isWarning, $"warns above {InWords(Allowed())}", numbers);
    }

    private IEnumerable<Attack> BlackBoxAttacks()
    {
        if (_options.NoiseTrials > 0) yield return new RandomNoise(_threat, _options.NoiseTrials);
        if (_options.SquareQueries > 0) yield return new Square(_threat, _options.SquareQueries, rescale: true);
        if (_options.SpsaSteps > 0) yield return new Spsa(_threat, _options.SpsaSteps, _options.SpsaSamples);
    }

    // early stopping finds as many as the worst iterate
    private Pgd Climb(ThreatModel threat, int steps) =>
        new(threat, steps, keep: KeptIterate.EarlyStop, loss: _options.Loss);

    private Outcome Attack(Attack attack)
    {
        var robust = _evaluator.StayCorrect(attack, _correct, Cost);
        return new(attack.Name, robust, Proportion.Of(robust));
    }

    private int Allowed() => Allowed(_correct.Length);

    private int Allowed(int examples) => (int)Math.Floor(_options.Tolerance * examples);

    private static string InWords(int examples) => examples == 1 ? "1 example" : $"{examples} examples";

    // [b] in float64. For cross-entropy log Σ exp(z_k − z_y) over k ≠ y: it rises where cross-entropy does, and does
    // not round to 0 where the model is sure.
    private Tensor Height(Tensor logits, Tensor labels)
    {
        var precise = logits.to(ScalarType.Float64);
        if (_options.Loss != AttackLoss.CrossEntropy) return AttackLosses.Of(_options.Loss, precise, labels);
        var label = labels.unsqueeze(1); // [b,1]
        var others = precise.scatter(1, label, full_like(label, double.NegativeInfinity, ScalarType.Float64)); // [b,K]
        return others.logsumexp(1) - precise.gather(1, label).squeeze(1);
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Which examples were robust under an attack.</summary>
    private sealed record Outcome(string Attack, bool[] Robust, Proportion Share)
    {
        internal MaskingNumber Number => new($"robust accuracy, {Attack}", Share);
    }
}
