using System.Globalization;
using Adr.Attacks;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The measurements of <see cref="GradientMasking"/> on one model.</summary>
internal sealed class MaskingRun
{
    private readonly Subject _subject;
    private readonly ThreatModel _threat;
    private readonly GradientMaskingOptions _options;
    private readonly long[] _labels;
    private readonly bool[] _right;
    private readonly CancellationToken _cancellation;

    private MaskingRun(Subject subject, ThreatModel threat, GradientMaskingOptions options, CancellationToken cancellation)
    {
        (_subject, _threat, _options, _cancellation) = (subject, threat, options, cancellation);
        _labels = PointLabels.Of(subject.Data);
        _right = PointLabels.Match(subject.Predictions(cancellation), _labels);
    }

    /// <summary>Asks the model once for the clean images.</summary>
    internal static MaskingRun Of(Subject subject, ThreatModel threat, GradientMaskingOptions options, CancellationToken cancellation) => new(subject, threat, options, cancellation);

    /// <summary>Accuracy on the clean images.</summary>
    internal Proportion Natural => Proportion.Of(_right);

    /// <summary>What was spent.</summary>
    internal AttackCost Cost { get; } = new();

    /// <summary>All checks, the cheap ones first.</summary>
    internal IEnumerable<MaskingFinding> Findings()
    {
        yield return Logits();
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
        var share = new Proportion(_subject.ProbabilityRows, _labels.Length);
        return new(MaskingCheck.Logits, share.Successes == share.Total, "warns if all are", [new("answers in [0,1] that sum to 1", share)]);
    }

    // of the right points: whose gradient is zero, and whose loss rises along it
    private IEnumerable<MaskingFinding> Gradients()
    {
        var (zero, rising) = (0, 0);
        foreach (var (images, labels, _) in _subject.Batches("gradients", _right, _cancellation))
        {
            using var noGraph = no_grad();
            var objective = new PointObjective(_subject.Model, PointLoss.Of(_options.Loss, labels), Cost);
            var here = objective.Ascend(images);
            if (!here.Gradient.isfinite().all().item<bool>())
                throw new InvalidOperationException($"{_subject.Model.Architecture} has gradients that are not finite on {_subject.Data.Name}. Check its weights, and divisions, roots and logarithms in its forward pass.");
            zero += (int)here.Gradient.abs().flatten(1).amax([1L]).eq(0).sum().item<long>();
            var step = _options.SmallStep * _threat.Epsilon * _threat.AscentDirection(here.Gradient, images);
            var there = objective.Logits(_threat.Project(images + step, images));
            rising += (int)Height(there, labels).gt(Height(here.Logits, labels)).sum().item<long>();
        }
        var right = Natural.Successes;
        yield return new(MaskingCheck.ZeroGradients, zero > Allowed(right), $"warns above {Allowed(right)} of {right} points", [new("right points whose gradient is exactly zero", new(zero, right))]);
        yield return new(MaskingCheck.LossRises, rising < _options.LeastRise * right, $"warns below {Text(100 * _options.LeastRise)} %", [new($"right points whose loss rises along {Text(_options.SmallStep)} ε", new(rising, right))]);
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
        return new(MaskingCheck.MoreSteps, rises, $"warns if it rises by more than {Allowed()} points", [.. bySteps.Select(outcome => outcome.Number)]);
    }

    private MaskingFinding Convergence(Outcome[] bySteps) =>
        new(MaskingCheck.Convergence, bySteps[^1].Share.Successes < bySteps[^2].Share.Successes - Allowed(), $"warns above {InWords(Allowed())}", [bySteps[^2].Number, bySteps[^1].Number]);

    private MaskingFinding OneStep(Outcome many)
    {
        var one = Attack(new Fgsm(_threat, _options.Loss));
        return new(MaskingCheck.OneStep, one.Share.Successes < many.Share.Successes - Allowed(), $"warns above {InWords(Allowed())} more", [one.Number, many.Number]);
    }

    private MaskingFinding LargerRadius()
    {
        var numbers = new List<MaskingNumber> { new("natural accuracy", Natural) };
        foreach (var factor in _options.RadiusFactors)
        {
            var outcome = Attack(Climb(_threat.WithEpsilon(factor * _threat.Epsilon), _options.RadiusSteps));
            numbers.Add(new($"robust accuracy at ε = {Text(factor * _threat.Epsilon)}, {outcome.Attack}", outcome.Share));
        }
        var allowed = Allowed();
        var rises = numbers.Zip(numbers.Skip(1)).Any(pair => pair.Second.Share.Successes > pair.First.Share.Successes + allowed);
        var stands = Natural.Successes > allowed && numbers[^1].Share.Successes >= Natural.Successes - allowed;
        return new(MaskingCheck.LargerRadius, rises || stands, $"warns if it rises by more than {allowed} points, or in all falls by no more", numbers);
    }

    // from the images themselves: a start anywhere in the box would be wrong without any gradient
    private MaskingFinding WholeBox()
    {
        var box = new ThreatModel(Norm.Linf, _threat.Bounds.Range, _threat.Bounds);
        var outcome = Attack(new Pgd(box, _options.WholeBoxSteps, keep: KeptIterate.Broken, loss: _options.Loss, start: AttackStart.None));
        var left = (int)Math.Floor(_options.WholeBoxLeft * _labels.Length);
        return new(MaskingCheck.WholeBox, outcome.Share.Successes > left, $"warns above {InWords(left)}", [new($"robust accuracy in the whole box {_threat.Bounds}, {outcome.Attack}", outcome.Share)]);
    }

    private MaskingFinding BlackBox(Outcome[] bySteps, Attack[] attacks)
    {
        var stands = Enumerable.Range(0, _labels.Length).Select(i => bySteps.All(outcome => outcome.Robust[i])).ToArray();
        var numbers = new List<MaskingNumber> { new($"robust accuracy, {string.Join(", ", bySteps.Select(outcome => outcome.Attack))} together", Proportion.Of(stands)) };
        var isWarning = false;
        foreach (var attack in attacks)
        {
            var outcome = Attack(attack);
            var missed = stands.Zip(outcome.Robust, (standing, robust) => standing && !robust).ToArray();
            numbers.Add(outcome.Number);
            numbers.Add(new($"broken by {attack.Name} and by none of them", Proportion.Of(missed)));
            isWarning |= missed.Count(point => point) > Allowed();
        }
        return new(MaskingCheck.BlackBox, isWarning, $"warns above {InWords(Allowed())}", numbers);
    }

    private IEnumerable<Attack> BlackBoxAttacks()
    {
        if (_options.NoiseTrials > 0) yield return new RandomNoise(_threat, _options.NoiseTrials);
        if (_options.SquareQueries > 0) yield return new Square(_threat, _options.SquareQueries, rescale: true);
        if (_options.SpsaSteps > 0) yield return new Spsa(_threat, _options.SpsaSteps, _options.SpsaSamples);
    }

    // a point that is broken is left alone: what is broken is what its worst iterate would break
    private Pgd Climb(ThreatModel threat, int steps) => new(threat, steps, keep: KeptIterate.Broken, loss: _options.Loss);

    private Outcome Attack(Attack attack)
    {
        var robust = _subject.StayRight(attack, _right, _labels, Cost, _cancellation);
        return new(attack.Name, robust, Proportion.Of(robust));
    }

    private int Allowed() => Allowed(_labels.Length);

    private int Allowed(int points) => (int)Math.Floor(_options.Tolerance * points);

    private static string InWords(int points) => points == 1 ? "1 point" : $"{points} points";

    // [b] in float64. For cross-entropy log Σ exp(z_k − z_y) over k ≠ y: it rises where cross-entropy does, and does not round to 0 where the model is sure.
    private Tensor Height(Tensor logits, Tensor labels)
    {
        var precise = logits.to(ScalarType.Float64);
        if (_options.Loss != AttackLoss.CrossEntropy) return PointLoss.Of(_options.Loss, labels).At(precise);
        var label = labels.unsqueeze(1);                                                                             // [b,1]
        var others = precise.scatter(1, label, full_like(label, double.NegativeInfinity, ScalarType.Float64));       // [b,K]
        return others.logsumexp(1) - precise.gather(1, label).squeeze(1);
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>What stood against an attack.</summary>
    private sealed record Outcome(string Attack, bool[] Robust, Proportion Share)
    {
        internal MaskingNumber Number => new($"robust accuracy, {Attack}", Share);
    }
}
