using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>One run of Auto-PGD under L1: steps along the signs of the largest gradient coordinates, as many as the best iterate needs (Croce and Hein 2021, "Mind the box", algorithm 1).</summary>
/// <remarks>
/// Every 4 % of the steps a point counts the coordinates k in which its best iterate differs from the image: it goes on with k/1.5 of them;
/// where k fell below 95 % of what it was, α is ε again and the point goes back to its best iterate; elsewhere α is divided by 1.5, down to ε/10.
/// </remarks>
/// <param name="steps">Gradient steps after the first look.</param>
/// <param name="gradientSamples">Answers of the model that make one gradient.</param>
/// <param name="threat">What it may do.</param>
/// <param name="points">The points.</param>
/// <param name="objective">Their loss.</param>
/// <param name="offers">Whether its iterates are candidates for the points.</param>
/// <param name="isFresh">Whether it starts at random; else it goes on from where another radius ended.</param>
internal sealed class SparseApgdRun(int steps, int gradientSamples, ThreatModel threat, AttackedPoints points, PointObjective objective, bool offers, bool isFresh)
    : ApgdRun(steps, gradientSamples, threat, points, objective, offers)
{
    private const double Shrink = 1.5;
    private const double FirstShare = 0.2;

    private PointState _share = null!;   // [b] of the coordinates that move
    private PointState _changed = null!; // [b] coordinates in which the best iterate differed at the last checkpoint

    private protected override double FirstStep => 1;

    private protected override int FirstWindow(int steps) => Math.Max((int)(0.04 * steps), 1);

    private protected override int NextWindow(int window, int steps) => window;

    private protected override void Begin(Tensor start)
    {
        base.Begin(start);
        using var scope = NewDisposeScope();
        var coordinates = PerPoint.Coordinates(start);
        var changed = Changed(start);
        _share = Keep(isFresh ? full_like(changed, FirstShare) : changed / coordinates / Shrink);
        _changed = Keep(isFresh ? full_like(changed, coordinates) : changed);
    }

    private protected override Tensor Next(bool first)
    {
        var coordinates = PerPoint.Coordinates(X.Rows);
        var size = Gradient.Rows.abs().flatten(1);                                                            // [b,d]
        var index = ((1 - _share.Rows) * coordinates).clamp(0, coordinates - 1).to(ScalarType.Int64).unsqueeze(1);
        var least = size.sort(1).Values.gather(1, index);                                                     // [b,1]
        var signs = Gradient.Rows.sign() * size.ge(least).to(size.dtype).view(Gradient.Rows.shape);
        var count = signs.abs().flatten(1).sum(1) + 1e-10;
        return Threat.Project(X.Rows + PerPoint.Spread(StepSize.Rows / count, X.Rows) * signs, Points.Origin);
    }

    private protected override Tensor Check(int window)
    {
        var changed = Changed(BestX.Rows);
        var fell = (changed / _changed.Rows).lt(0.95);
        _share.Set(changed / PerPoint.Coordinates(X.Rows) / Shrink);
        var largest = FirstStep * Threat.Epsilon;
        StepSize.Set(where(fell, full_like(changed, largest), StepSize.Rows / Shrink).clamp(largest / 10, largest));
        _changed.Set(changed);
        return fell;
    }

    // coordinates in which a candidate differs from its image [b]
    private Tensor Changed(Tensor candidate) => candidate.ne(Points.Origin).flatten(1).to(candidate.dtype).sum(1);
}
