using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Square: random search with squares, by answers alone (Andriushchenko et al. 2020).</summary>
/// <remarks>
/// Each query changes a square window of each point's best candidate and keeps the change where the margin rises. The windows shrink
/// on the schedule of 10,000 queries. Every point draws its own windows and signs, where the reference implementation draws them once
/// for a batch: so a point's result does not depend on the batch. A point that is clearly broken is left alone, and a change that ball
/// and box undo is not asked about.
/// </remarks>
public sealed class Square : Attack
{
    // The share p of the pixels is halved after these queries (section 5, "hyperparameters").
    private static readonly int[] Halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="queries">Changes to try, at least 1, with a question to the model each; one more is asked at the start.</param>
    /// <param name="restarts">Runs, each from its own random start; only points that still stand take part.</param>
    /// <param name="share">The share p of the pixels that the first windows cover, in (0,1].</param>
    /// <param name="rescale">Whether the schedule is compressed to the number of queries.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Square(ThreatModel threat, int queries = 5000, int restarts = 1, double share = 0.8, bool rescale = false)
        : base(restarts > 1 ? $"Square-{queries}×{restarts}" : $"Square-{queries}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        if (!(share is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The share of pixels must be in (0,1].");
        (Steps, Restarts, Share, Rescale) = (queries, restarts, share, rescale);
    }

    /// <summary>Changes tried in one run.</summary>
    public override int Steps { get; }

    /// <summary>The number of runs.</summary>
    public int Restarts { get; }

    /// <summary>The share p of the pixels that the first windows cover.</summary>
    public double Share { get; }

    /// <summary>Whether the schedule is compressed to the number of queries.</summary>
    public bool Rescale { get; }

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new Square(threat, Steps, Restarts, Share, Rescale);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not [B,C,H,W].</exception>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        if (origin.shape.Length != 4)
            throw new ArgumentException($"Expected images [B,C,H,W], for Square looks for windows in them; the shape is [{string.Join(",", origin.shape)}].", "images");
        var points = new AttackedPoints(origin, labels, KeptIterate.Broken);
        for (var run = 0; run < Restarts && points.Count > 0; run++)
            Search(model, points, origin, points.Of(seeds).Fork(run), cost, cancellation);
        return points.Best;
    }

    private void Search(nn.Module<Tensor, Tensor> model, AttackedPoints points, Tensor origin, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var windows = new SquareWindows(Threat, origin.shape);
        using var best = new PointState(windows.Start(points.Origin, seeds.Fork(0)));
        using var logits = new PointState(cost.Ask(model, best.Rows)); // [b,K], of the best candidates
        Offer(best.Rows, logits.Rows);
        for (var query = 0; query < Steps && points.Count > 0; query++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var candidate = windows.Change(best.Rows, points.Origin, ShareAt(query), seeds.Fork(1 + query));
            var asked = AskWhatMoved(candidate, best.Rows, logits.Rows);
            var better = PointMargins.Margins(asked, points.Labels).gt(PointMargins.Margins(logits.Rows, points.Labels));
            Offer(candidate, asked);
            best.SetWhere(better, candidate);
            logits.SetWhere(better, asked);
            if (points.LeaveBroken() is not { } left) continue;
            best.Select(left);
            logits.Select(left);
            seeds = seeds.Select(left.Values<long>().Select(i => (int)i));
        }
        using var last = NewDisposeScope(); // what stays goes to the scope outside this one
        points.LeaveBroken(all: true);

        // Where ball and box stop every pixel of a window, the candidate is the best one itself: there is nothing to ask.
        Tensor AskWhatMoved(Tensor candidate, Tensor from, Tensor known)
        {
            var moved = (candidate - from).abs().flatten(1).amax([1L]).nonzero().squeeze(1);
            if (moved.shape[0] == candidate.shape[0]) return cost.Ask(model, candidate);
            return moved.shape[0] == 0 ? known.clone() : known.index_copy(0, moved, cost.Ask(model, candidate.index_select(0, moved)));
        }

        void Offer(Tensor x, Tensor answers)
        {
            using var scope = NewDisposeScope();
            points.Offer(x, answers);
        }
    }

    private double ShareAt(int query)
    {
        var position = Rescale ? (int)((double)query / Steps * 10_000) : query;
        return Share / Math.Pow(2, Halvings.Count(end => position > end));
    }
}
