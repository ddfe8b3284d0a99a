using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>One run of Auto-PGD under L∞ or L2: momentum, and a step size that each example halves for itself when its
/// loss stops rising (Croce and Hein 2020, algorithm 1).</summary>
/// <remarks>
/// x⁽¹⁾ = P(x⁽⁰⁾ + α v(g)); then u = P(x + α v(g)), x⁺ = P(x + 0.75 (u − x) + 0.25 (x − x⁻)), with α = 2 ε at first. At
/// each checkpoint an example halves α and goes back to its best iterate if its loss rose in at most 75 % of the steps
/// since the last one, or if neither α nor the best loss changed there. As in the reference implementation, the first
/// loss is compared with 0, and x⁻ stays when an example goes back.
/// </remarks>
/// <param name="context">The examples.</param>
/// <param name="threat">What the attacker may do in this run.</param>
/// <param name="loss">What is increased.</param>
/// <param name="steps">Gradient steps after the first evaluation.</param>
/// <param name="gradientSamples">Evaluations of the model for one gradient.</param>
/// <param name="keep">Worst or EarlyStop; null where iterates are no candidates, since the radius is larger than
/// allowed.</param>
internal class ApgdRun(
    AttackContext context,
    ThreatModel threat,
    Func<Tensor, Tensor> loss,
    int steps,
    int gradientSamples,
    KeptIterate? keep) : IDisposable
{
    private const double Rho = 0.75; // the share of steps that must raise the loss for an example to keep its step size

    private readonly List<ExampleState> _states = [];
    private ExampleState _previous = null!;        // [b,C,H,W]: x⁻
    private ExampleState _bestGradient = null!;    // [b,C,H,W]
    private ExampleState _bestLoss = null!;        // [b]
    private ExampleState _lastLoss = null!;        // [b]
    private ExampleState _rises = null!;           // [b]: since the last checkpoint
    private ExampleState _bestLossAtCheck = null!; // [b]
    private ExampleState _wentBack = null!;        // [b]: at the last checkpoint

    /// <summary>The iterates with the largest loss [b,C,H,W].</summary>
    internal Tensor Best => BestX.Rows;

    private protected AttackContext Context => context;

    private protected ThreatModel Threat => threat;

    private protected ExampleState X { get; private set; } = null!;        // [b,C,H,W]

    private protected ExampleState Gradient { get; private set; } = null!; // [b,C,H,W], at X

    private protected ExampleState BestX { get; private set; } = null!;    // [b,C,H,W]

    private protected ExampleState StepSize { get; private set; } = null!; // [b]

    /// <summary>Runs from candidates [b,C,H,W] of the feasible set.</summary>
    internal void From(Tensor start)
    {
        using (NewDisposeScope()) Begin(start);
        var (window, sinceCheck) = (FirstWindow(steps), 0);
        for (var step = 0; step < steps && context.Count > 0; step++)
        {
            using var scope = context.Step();
            var next = Next(isFirst: step == 0);
            _previous.Set(X.Rows);
            X.Set(next);
            Evaluate();
            if (++sinceCheck < window) continue;
            var back = Check(window);
            X.SetWhere(back, BestX.Rows);
            Gradient.SetWhere(back, _bestGradient.Rows);
            (window, sinceCheck) = (NextWindow(window, steps), 0);
        }
    }

    /// <summary>Frees what the run kept.</summary>
    public void Dispose()
    {
        foreach (var state in _states) state.Dispose();
    }

    private protected virtual void Begin(Tensor start)
    {
        var first = Ascend(start);
        (X, _previous, BestX) = (Keep(start), Keep(start), Keep(start));
        (Gradient, _bestGradient) = (Keep(first.Gradient), Keep(first.Gradient));
        (_bestLoss, _bestLossAtCheck) = (Keep(first.Losses), Keep(first.Losses));
        _lastLoss = Keep(zeros_like(first.Losses));
        (_rises, _wentBack) = (Keep(zeros_like(first.Losses)), Keep(ones_like(first.Losses, dtype: ScalarType.Bool)));
        StepSize = Keep(full_like(first.Losses, FirstStep * threat.Epsilon));
    }

    /// <summary>The first step size, in radii.</summary>
    private protected virtual double FirstStep => 2;

    /// <summary>The steps before the first checkpoint: 22 % of all.</summary>
    private protected virtual int FirstWindow(int steps) => Math.Max((int)(0.22 * steps), 1);

    /// <summary>The steps before the next checkpoint: fewer by 3 % of all, but at least 6 % of all.</summary>
    private protected virtual int NextWindow(int window, int steps) =>
        Math.Max(window - Math.Max((int)(0.03 * steps), 1), Math.Max((int)(0.06 * steps), 1));

    /// <summary>The next iterates [b,C,H,W].</summary>
    private protected virtual Tensor Next(bool isFirst)
    {
        var (x, origin) = (X.Rows, context.Images);
        var step = threat.Project(x + PerExample.Spread(StepSize.Rows, x) * threat.AscentDirection(Gradient.Rows),
            origin);
        return threat.Project(isFirst ? step : x + 0.75 * (step - x) + 0.25 * (x - _previous.Rows), origin);
    }

    /// <summary>Adapts the step sizes at a checkpoint.</summary>
    /// <param name="window">The steps since the last one.</param>
    /// <returns>Which examples go back to their best iterate [b].</returns>
    private protected virtual Tensor Check(int window)
    {
        var oscillates = _rises.Rows.le(Rho * window);
        var isStuck = _wentBack.Rows.logical_not().logical_and(_bestLossAtCheck.Rows.ge(_bestLoss.Rows));
        var back = oscillates.logical_or(isStuck);
        StepSize.SetWhere(back, StepSize.Rows / 2);
        _wentBack.Set(back);
        _bestLossAtCheck.Set(_bestLoss.Rows);
        _rises.Rows.zero_();
        return back;
    }

    private protected ExampleState Keep(Tensor rows)
    {
        _states.Add(context.Keep(rows));
        return _states[^1];
    }

    // gradient and loss at X
    private void Evaluate()
    {
        var now = Ascend(X.Rows);
        Gradient.Set(now.Gradient);
        _rises.Rows.add_(Exceeds(now.Losses, _lastLoss.Rows).to(_rises.Rows.dtype));
        _lastLoss.Set(now.Losses);
        var better = Exceeds(now.Losses, _bestLoss.Rows);
        BestX.SetWhere(better, X.Rows);
        _bestGradient.SetWhere(better, now.Gradient);
        _bestLoss.SetWhere(better, now.Losses);
    }

    private AttackGradient Ascend(Tensor candidate)
    {
        var now = context.Gradient(candidate, loss, gradientSamples);
        if (keep is { } kept) context.Offer(candidate, now.Logits, stopEarly: kept == KeptIterate.EarlyStop);
        return now;
    }

    // Beyond the rounding of a loss: else an iterate that rests in a corner would rise in one batch and not in another.
    private static Tensor Exceeds(Tensor losses, Tensor others) =>
        losses.gt(others + (losses.dtype == ScalarType.Float64 ? 1e-12 : 1e-7) * (1 + others.abs()));
}

/// <summary>One run of Auto-PGD under L1: steps along the signs of the largest gradient coordinates, as many as the
/// best iterate needs (Croce and Hein 2021, "Mind the box", algorithm 1).</summary>
/// <remarks>
/// Every 4 % of the steps an example counts the coordinates k in which its best iterate differs from the image, and
/// goes on with k/1.5 of them. Where k fell below 95 % of what it was, α is ε again and the example goes back to its
/// best iterate; elsewhere α is divided by 1.5, down to ε/10.
/// </remarks>
/// <param name="context">The examples.</param>
/// <param name="threat">What the attacker may do in this run.</param>
/// <param name="loss">What is increased.</param>
/// <param name="steps">Gradient steps after the first evaluation.</param>
/// <param name="gradientSamples">Evaluations of the model for one gradient.</param>
/// <param name="keep">Worst or EarlyStop; null where iterates are no candidates.</param>
/// <param name="isFresh">Whether it starts at random; else it goes on from where another radius ended.</param>
internal sealed class SparseApgdRun(AttackContext context, ThreatModel threat, Func<Tensor, Tensor> loss, int steps,
    int gradientSamples, KeptIterate? keep, bool isFresh) : ApgdRun(context, threat, loss, steps, gradientSamples, keep)
{
    private const double Shrink = 1.5;
    private const double FirstShare = 0.2;

    private ExampleState _share = null!;   // [b] of the coordinates that move
    private ExampleState _changed = null!; // [b] coordinates in which the best iterate differed at the last checkpoint

    private protected override double FirstStep => 1;

    private protected override int FirstWindow(int steps) => Math.Max((int)(0.04 * steps), 1);

    private protected override int NextWindow(int window, int steps) => window;

    private protected override void Begin(Tensor start)
    {
        base.Begin(start);
        var coordinates = PerExample.Coordinates(start);
        var changed = Changed(start);
        _share = Keep(isFresh ? full_like(changed, FirstShare) : changed / coordinates / Shrink);
        _changed = Keep(isFresh ? full_like(changed, coordinates) : changed);
    }

    private protected override Tensor Next(bool isFirst)
    {
        var coordinates = PerExample.Coordinates(X.Rows);
        var size = Gradient.Rows.abs().flatten(1);                                                            // [b,d]
        var index = ((1 - _share.Rows) * coordinates).clamp(0, coordinates - 1).to(ScalarType.Int64).unsqueeze(1);
        var least = size.sort(1).Values.gather(1, index);                                                     // [b,1]
        var signs = Gradient.Rows.sign() * size.ge(least).to(size.dtype).view(Gradient.Rows.shape);
        var count = signs.abs().flatten(1).sum(1) + 1e-10;
        return Threat.Project(X.Rows + PerExample.Spread(StepSize.Rows / count, X.Rows) * signs, Context.Images);
    }

    private protected override Tensor Check(int window)
    {
        var changed = Changed(BestX.Rows);
        var fell = (changed / _changed.Rows).lt(0.95);
        _share.Set(changed / PerExample.Coordinates(X.Rows) / Shrink);
        var largest = FirstStep * Threat.Epsilon;
        StepSize.Set(where(fell, full_like(changed, largest), StepSize.Rows / Shrink).clamp(largest / 10, largest));
        _changed.Set(changed);
        return fell;
    }

    // coordinates in which a candidate differs from its image [b]
    private Tensor Changed(Tensor candidate) => candidate.ne(Context.Images).flatten(1).to(candidate.dtype).sum(1);
}
