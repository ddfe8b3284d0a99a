using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>C&amp;W: minimises ‖x − x₀‖₂² + c · max(0, z_y − max over k ≠ y of z_k + κ) with Adam, for the smallest c
/// that succeeds (Carlini and Wagner 2017, "Towards evaluating the robustness of neural networks", sections V and
/// VI.A).</summary>
/// <remarks>
/// x = mid + half · tanh(w) keeps x in the box; c is found for each example by bisection, times 10 until it succeeds.
/// An example keeps the nearest misclassified iterate of all searches. Every example stops for itself where its loss
/// falls no more, so its result does not depend on the batch.
/// </remarks>
public sealed class CarliniWagner : MinimumNormAttack
{
    // of the half width of the box, as implementations have it: atanh(1) is infinite
    private const double Inside = 0.999999;
    private const double Progress = 0.9999;   // of the loss at the last check: what an example must fall below to go on
    private const int Checks = 10;            // in one search

    /// <summary>Sets up the attack; the defaults are the authors', but for 1,000 steps where they take up to
    /// 10,000.</summary>
    /// <param name="threat">Norm (L2) and box; ε matters to <see cref="Attack.Perturb"/> alone.</param>
    /// <param name="steps">Steps of one search at most, each of one gradient, at least 1.</param>
    /// <param name="searches">Values of c that are tried, at least 1.</param>
    /// <param name="learningRate">Adam's, in the space of w, &gt; 0.</param>
    /// <param name="initialConstant">The first c, &gt; 0.</param>
    /// <param name="confidence">κ: the margin by which a candidate must be misclassified, ≥ 0, in logits.</param>
    /// <param name="abortsEarly">Whether an example ends its search where its loss did not fall by 0.01 % in a tenth of
    /// the steps.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the norm is not L2.</exception>
    public CarliniWagner(
        ThreatModel threat,
        int steps = 1000,
        int searches = 9,
        double learningRate = 0.01,
        double initialConstant = 1e-3,
        double confidence = 0,
        bool abortsEarly = true)
        : base("C&W", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(searches, 1);
        Require.That(learningRate > 0 && double.IsFinite(learningRate), learningRate,
            "The learning rate must be a finite number > 0, such as 0.01.");
        Require.That(initialConstant > 0 && double.IsFinite(initialConstant), initialConstant,
            "The first c must be a finite number > 0, such as 0.001.");
        Require.That(confidence >= 0 && double.IsFinite(confidence), confidence,
            "κ must be a finite margin ≥ 0, in logits.");
        (Steps, Searches, LearningRate, InitialConstant, Confidence, AbortsEarly)
            = (steps, searches, learningRate, initialConstant, confidence, abortsEarly);
    }

    /// <summary>Steps of one search at most.</summary>
    public override int Steps { get; }

    /// <summary>Values of c that are tried.</summary>
    public int Searches { get; }

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; }

    /// <summary>The first c.</summary>
    public double InitialConstant { get; }

    /// <summary>The margin κ by which a candidate must be misclassified.</summary>
    public double Confidence { get; }

    /// <summary>Whether an example ends its search where its loss falls no more.</summary>
    public bool AbortsEarly { get; }

    /// <inheritdoc/>
    protected override void CheckThreat(ThreatModel threat)
    {
        if (threat.Norm != Norm.L2)
            throw new ArgumentException(
                $"C&W is made for L2, not for {threat.Norm.Symbol()}; there use Fab or FabTargeted.",
                nameof(threat));
    }

    /// <inheritdoc/>
    public override Tensor Search(AttackContext context)
    {
        context.FinishMisclassified(context.Forward(context.Images));
        if (context.Count == 0) return context.Nearest;
        var none = zeros([context.Count], dtype: context.Images.dtype, device: context.Images.device);
        using var constant = context.Keep(none + InitialConstant);                   // [b]: c
        using var tooSmall = context.Keep(none);                                     // [b]
        using var enough = context.Keep(none + double.PositiveInfinity);             // [b]
        using var found = context.Keep(zeros_like(none, dtype: ScalarType.Bool));    // [b]
        for (var search = 0; search < Searches; search++)
        {
            using var scope = context.Step();
            found.Rows.zero_();
            using (var inner = context.Again()) Descend(inner, constant.Rows, found.Rows);
            enough.SetWhere(found.Rows, constant.Rows);
            tooSmall.SetWhere(found.Rows.logical_not(), constant.Rows);
            constant.Set(where(enough.Rows.isfinite(), (tooSmall.Rows + enough.Rows) / 2, 10 * constant.Rows));
        }
        return context.Nearest;
    }

    // one search with a c for each example; found [b] tells which of them were misclassified
    private void Descend(AttackContext context, Tensor constants, Tensor found)
    {
        var (middle, half) = ((Threat.Bounds.High + Threat.Bounds.Low) / 2, Threat.Bounds.Range / 2);
        var w = context.Keep(((context.Images - middle) * (Inside / half)).atanh());
        var anchor = context.Keep(Image(w.Rows.tanh())); // x₀, but for the share that is not inside
        var constant = context.Keep(constants);
        var row = context.Keep(arange(context.Count, dtype: ScalarType.Int64, device: found.device)); // of found
        var lastLoss = context.Keep(full_like(constants, double.PositiveInfinity));
        var adam = new AdamAscent(context, w.Rows, LearningRate);
        var window = (Steps + Checks - 1) / Checks;
        for (var step = 0; step < Steps && context.Count > 0; step++)
        {
            using var scope = context.Step();
            var tanh = w.Rows.tanh();                                             // [-1,1]
            var x = Image(tanh);
            var margin = context.Gradient(x, logits => AttackLosses.Margin(logits, context.Labels));
            var wrong = context.OfferNearest(x, margin.Logits, Threat, Confidence);
            found.index_copy_(0, row.Rows, found.index_select(0, row.Rows).logical_or(wrong));
            var way = x - anchor.Rows;
            // [b]: c, or 0 where the second term is 0
            var counts = margin.Losses.lt(Confidence).to(x.dtype) * constant.Rows;
            var gradient = 2 * way - PerExample.Spread(counts, x) * margin.Gradient;
            w.Set(w.Rows - adam.Step(gradient * half * (1 - tanh.square())));
            if (!AbortsEarly || step % window != 0) continue;
            var loss = way.square().flatten(1).sum(1) + counts * (Confidence - margin.Losses);
            context.Finish(loss.le(Progress * lastLoss.Rows).logical_not());
            lastLoss.Set(loss);
        }

        Tensor Image(Tensor tanh) => (middle + half * tanh).clamp(Threat.Bounds.Low, Threat.Bounds.High);
    }
}
