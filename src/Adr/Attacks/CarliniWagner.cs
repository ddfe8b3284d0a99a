using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>C&amp;W: minimises ‖x − x₀‖₂² + c · max(0, z_y − max over k ≠ y of z_k + κ) with Adam, for the smallest c that succeeds (Carlini and Wagner 2017, "Towards evaluating the robustness of neural networks", sections V and VI.A).</summary>
/// <remarks>
/// x = mid + half · tanh(w) keeps x in the box; c is found for each point by bisection, times 10 until it succeeds. A point keeps the nearest
/// misclassified iterate of all searches. Every point stops for itself where its loss falls no more, so its result does not depend on the batch.
/// </remarks>
public sealed class CarliniWagner : MinimumNormAttack
{
    private const double Inside = 0.999999;   // of the half width of the box, as implementations have it: atanh(1) is infinite
    private const double Progress = 0.9999;   // of the loss at the last check: what a point must fall below to go on
    private const int Checks = 10;            // in one search

    /// <summary>Sets up the attack; the defaults are the authors', but for 1,000 steps where they take up to 10,000.</summary>
    /// <param name="threat">Norm (L2) and box; ε matters to <see cref="Attack.Perturb"/> alone.</param>
    /// <param name="steps">Steps of one search at most, each of one gradient, at least 1.</param>
    /// <param name="searches">Values of c that are tried, at least 1.</param>
    /// <param name="learningRate">Adam's, in the space of w, &gt; 0.</param>
    /// <param name="initialConstant">The first c, &gt; 0.</param>
    /// <param name="confidence">κ: the margin by which a candidate must be misclassified, ≥ 0, in logits.</param>
    /// <param name="abortsEarly">Whether a point ends its search where its loss did not fall by 0.01 % in a tenth of the steps.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the norm is not L2.</exception>
    public CarliniWagner(ThreatModel threat, int steps = 1000, int searches = 9, double learningRate = 0.01, double initialConstant = 1e-3, double confidence = 0, bool abortsEarly = true)
        : base("C&W", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(searches, 1);
        if (!(learningRate > 0 && double.IsFinite(learningRate))) throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "The learning rate must be a finite number > 0, such as 0.01.");
        if (!(initialConstant > 0 && double.IsFinite(initialConstant))) throw new ArgumentOutOfRangeException(nameof(initialConstant), initialConstant, "The first c must be a finite number > 0, such as 0.001.");
        if (!(confidence >= 0 && double.IsFinite(confidence))) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "κ must be a finite margin ≥ 0, in logits.");
        if (threat.Norm != Norm.L2) throw new ArgumentException($"C&W is made for L2, not for {threat.Norm.Symbol()}; there take Fab or FabTargeted.", nameof(threat));
        (Steps, Searches, LearningRate, InitialConstant, Confidence, AbortsEarly) = (steps, searches, learningRate, initialConstant, confidence, abortsEarly);
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

    /// <summary>Whether a point ends its search where its loss falls no more.</summary>
    public bool AbortsEarly { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The norm is not L2.</exception>
    public override Attack WithThreat(ThreatModel threat) => new CarliniWagner(threat, Steps, Searches, LearningRate, InitialConstant, Confidence, AbortsEarly);

    /// <inheritdoc/>
    protected internal override Tensor Search(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new BoundaryPoints(origin, labels, cost.Ask(model, origin), Threat);
        var none = zeros([origin.shape[0]], dtype: origin.dtype, device: origin.device);
        using var constant = new PointState(none + InitialConstant);             // [B]
        using var tooSmall = new PointState(none);                               // [B]
        using var enough = new PointState(none + double.PositiveInfinity);       // [B]
        using var found = new PointState(zeros_like(none, dtype: ScalarType.Bool)); // [B]
        for (var search = 0; search < Searches && points.Count > 0; search++)
        {
            using var scope = NewDisposeScope();
            found.Rows.zero_();
            Descend(points.Again(), constant.Rows, found, new PointObjective(model, PointLoss.Margin(points.Labels), cost), cancellation);
            enough.SetWhere(found.Rows, constant.Rows);
            tooSmall.SetWhere(found.Rows.logical_not(), constant.Rows);
            constant.Set(where(enough.Rows.isfinite(), (tooSmall.Rows + enough.Rows) / 2, 10 * constant.Rows));
        }
        return points.Nearest;
    }

    // one search: which points were misclassified goes to found [B]
    private void Descend(BoundaryPoints points, Tensor constants, PointState found, PointObjective objective, CancellationToken cancellation)
    {
        var (middle, half) = ((Threat.Bounds.High + Threat.Bounds.Low) / 2, Threat.Bounds.Range / 2);
        using var w = new PointState(((points.Origin - middle) * (Inside / half)).atanh());
        using var anchor = new PointState(Image(w.Rows.tanh()));                  // x₀, but for the share that is not inside
        using var constant = new PointState(points.Of(constants));
        using var lastLoss = new PointState(full_like(constant.Rows, double.PositiveInfinity));
        using var rule = new AdamRule(w.Rows, LearningRate);
        var window = (Steps + Checks - 1) / Checks;
        for (var step = 0; step < Steps && points.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var tanh = w.Rows.tanh();                                             // [-1,1]
            var x = Image(tanh);
            var margin = objective.Ascend(x);
            points.Watch(margin.Gradient);
            Mark(found.Rows, points.Positions, points.Offer(x, margin.Logits, Confidence));
            var way = x - anchor.Rows;
            var counts = margin.Losses.lt(Confidence).to(x.dtype) * constant.Rows; // [b]: c, or 0 where the second term is 0
            var gradient = 2 * way - PerPoint.Spread(counts, x) * margin.Gradient;
            w.Set(w.Rows - rule.Step(gradient * half * (1 - tanh.square()), w.Rows));
            if (!AbortsEarly || step % window != 0) continue;
            var loss = way.square().flatten(1).sum(1) + counts * (Confidence - margin.Losses);
            points.Finish(loss.le(Progress * lastLoss.Rows).logical_not());
            lastLoss.Set(loss);
            if (points.LeaveFinished() is not { } left) continue;
            objective = objective.Select(left);
            rule.Select(left);
            foreach (var state in new[] { w, anchor, constant, lastLoss }) state.Select(left);
        }

        Tensor Image(Tensor tanh) => (middle + half * tanh).clamp(Threat.Bounds.Low, Threat.Bounds.High);
    }

    private static void Mark(Tensor found, Tensor? positions, Tensor wrong) => _ = positions is null
        ? found.logical_or_(wrong)
        : found.index_copy_(0, positions, found.index_select(0, positions).logical_or(wrong));
}
