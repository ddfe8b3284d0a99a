using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>One run of Auto-PGD under L∞ or L2: momentum, and a step size that each point halves for itself when its loss stops rising (Croce and Hein 2020, algorithm 1).</summary>
/// <remarks>
/// x⁽¹⁾ = P(x⁽⁰⁾ + α v(g)); then u = P(x + α v(g)), x⁺ = P(x + 0.75 (u − x) + 0.25 (x − x⁻)), with α = 2 ε at first. At each checkpoint a point
/// halves α and goes back to its best iterate if its loss rose in at most 75 % of the steps since the last one, or if neither α nor the
/// best loss changed there. As in the reference implementation, the first loss is compared with 0, and x⁻ stays when a point goes back.
/// </remarks>
internal class ApgdRun : IDisposable
{
    private const double Rho = 0.75; // the share of steps that must raise the loss for a point to keep its step size

    private readonly int _steps;
    private readonly int _gradientSamples;
    private readonly bool _offers;
    private readonly List<PointState> _states = [];
    private PointObjective _objective;

    /// <summary>A run that has not begun.</summary>
    /// <param name="steps">Gradient steps after the first look.</param>
    /// <param name="gradientSamples">Answers of the model that make one gradient.</param>
    /// <param name="threat">What it may do.</param>
    /// <param name="points">The points; broken ones are left out on the way.</param>
    /// <param name="objective">Their loss.</param>
    /// <param name="offers">Whether its iterates are candidates for <paramref name="points"/>; not where the radius is larger than theirs.</param>
    internal ApgdRun(int steps, int gradientSamples, ThreatModel threat, AttackedPoints points, PointObjective objective, bool offers = true) =>
        (_steps, _gradientSamples, Threat, Points, _objective, _offers) = (steps, gradientSamples, threat, points, objective, offers);

    /// <summary>The iterates with the largest loss [b,C,H,W].</summary>
    internal Tensor Best => BestX.Rows;

    private protected ThreatModel Threat { get; }

    private protected AttackedPoints Points { get; }

    private protected PointState X { get; private set; } = null!;              // [b,C,H,W]

    private protected PointState Gradient { get; private set; } = null!;       // [b,C,H,W], at X

    private protected PointState BestX { get; private set; } = null!;          // [b,C,H,W]

    private protected PointState StepSize { get; private set; } = null!;       // [b]

    private PointState Previous { get; set; } = null!;                         // [b,C,H,W]: x⁻
    private PointState BestGradient { get; set; } = null!;                     // [b,C,H,W]
    private PointState BestLoss { get; set; } = null!;                         // [b]
    private PointState LastLoss { get; set; } = null!;                         // [b]
    private PointState Rises { get; set; } = null!;                            // [b]: since the last checkpoint
    private PointState BestLossAtCheck { get; set; } = null!;                  // [b]
    private PointState WentBack { get; set; } = null!;                         // [b]: at the last checkpoint

    /// <summary>Runs from given points.</summary>
    /// <param name="start">[b,C,H,W], in the feasible set.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    internal void From(Tensor start, CancellationToken cancellation)
    {
        Begin(start);
        var (window, sinceCheck) = (FirstWindow(_steps), 0);
        for (var step = 0; step < _steps && Points.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var next = Next(first: step == 0);
            Previous.Set(X.Rows);
            X.Set(next);
            Look();
            if (++sinceCheck == window)
            {
                GoBack(Check(window));
                (window, sinceCheck) = (NextWindow(window, _steps), 0);
            }
            if (_offers && Points.LeaveBroken() is { } left) Leave(left);
        }
    }

    /// <summary>Frees what the run kept.</summary>
    public void Dispose()
    {
        foreach (var state in _states) state.Dispose();
    }

    /// <summary>Sets up what a run keeps, at its start.</summary>
    private protected virtual void Begin(Tensor start)
    {
        using var scope = NewDisposeScope();
        var ascent = Ask(start);
        (X, Previous, BestX) = (Keep(start), Keep(start), Keep(start));
        (Gradient, BestGradient) = (Keep(ascent.Gradient), Keep(ascent.Gradient));
        (BestLoss, BestLossAtCheck, LastLoss) = (Keep(ascent.Losses), Keep(ascent.Losses), Keep(zeros_like(ascent.Losses)));
        (Rises, WentBack) = (Keep(zeros_like(ascent.Losses)), Keep(ones_like(ascent.Losses, dtype: ScalarType.Bool)));
        StepSize = Keep(full_like(ascent.Losses, FirstStep * Threat.Epsilon));
    }

    /// <summary>The first step size, in radii.</summary>
    private protected virtual double FirstStep => 2;

    /// <summary>The steps before the first checkpoint: 22 % of all.</summary>
    private protected virtual int FirstWindow(int steps) => Math.Max((int)(0.22 * steps), 1);

    /// <summary>The steps before the next checkpoint: fewer by 3 % of all, but at least 6 % of all.</summary>
    private protected virtual int NextWindow(int window, int steps) => Math.Max(window - Math.Max((int)(0.03 * steps), 1), Math.Max((int)(0.06 * steps), 1));

    /// <summary>The next iterates [b,C,H,W].</summary>
    private protected virtual Tensor Next(bool first)
    {
        var (x, origin) = (X.Rows, Points.Origin);
        var step = Threat.Project(x + PerPoint.Spread(StepSize.Rows, x) * Threat.AscentDirection(Gradient.Rows), origin);
        return first ? Threat.Project(step, origin) : Threat.Project(x + 0.75 * (step - x) + 0.25 * (x - Previous.Rows), origin);
    }

    /// <summary>Adapts the step sizes at a checkpoint.</summary>
    /// <param name="window">The steps since the last one.</param>
    /// <returns>Which points go back to their best iterate [b].</returns>
    private protected virtual Tensor Check(int window)
    {
        var oscillates = Rises.Rows.le(Rho * window);
        var stuck = WentBack.Rows.logical_not().logical_and(BestLossAtCheck.Rows.ge(BestLoss.Rows));
        var back = oscillates.logical_or(stuck);
        StepSize.SetWhere(back, StepSize.Rows / 2);
        WentBack.Set(back);
        BestLossAtCheck.Set(BestLoss.Rows);
        Rises.Rows.zero_();
        return back;
    }

    /// <summary>A tensor that is kept over the steps, and of the points that are left.</summary>
    private protected PointState Keep(Tensor rows)
    {
        _states.Add(new PointState(rows));
        return _states[^1];
    }

    // the model's answer at X
    private void Look()
    {
        var ascent = Ask(X.Rows);
        Gradient.Set(ascent.Gradient);
        Rises.Rows.add_(Exceeds(ascent.Losses, LastLoss.Rows).to(Rises.Rows.dtype));
        LastLoss.Set(ascent.Losses);
        var better = Exceeds(ascent.Losses, BestLoss.Rows);
        BestX.SetWhere(better, X.Rows);
        BestGradient.SetWhere(better, ascent.Gradient);
        BestLoss.SetWhere(better, ascent.Losses);
    }

    private Ascent Ask(Tensor candidate)
    {
        var ascent = _objective.Ascend(candidate, _gradientSamples);
        Points.Watch(ascent.Gradient);
        if (_offers) Points.Offer(candidate, ascent.Logits);
        return ascent;
    }

    // Beyond the rounding of a loss: else an iterate that rests in a corner would rise in one batch and not in another.
    private static Tensor Exceeds(Tensor losses, Tensor others) => losses.gt(others + (losses.dtype == ScalarType.Float64 ? 1e-12 : 1e-7) * (1 + others.abs()));

    private void GoBack(Tensor back)
    {
        X.SetWhere(back, BestX.Rows);
        Gradient.SetWhere(back, BestGradient.Rows);
    }

    private void Leave(Tensor left)
    {
        _objective = _objective.Select(left);
        foreach (var state in _states) state.Select(left);
    }
}
