using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Square: random search with squares, score-based (Andriushchenko et al. 2020).</summary>
/// <remarks>
/// Each query changes a square window of each example's best candidate and keeps the change where the margin rises. The
/// windows shrink on the schedule of 10,000 queries. Every example draws its own windows and signs, where the reference
/// implementation draws them once for a batch: so an example's result does not depend on the batch. An example that is
/// clearly misclassified is finished, and a change that ball and box undo needs no query.
/// </remarks>
public sealed class Square : Attack
{
    // The share p of the pixels is halved after these queries (section 5, "hyperparameters").
    private static readonly int[] Halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="queries">Queries, at least 1, each for one change; one more is made at the start.</param>
    /// <param name="restarts">Runs, each from its own random start; only examples that are still robust take
    /// part.</param>
    /// <param name="share">The share p of the pixels that the first windows cover, in (0,1].</param>
    /// <param name="rescale">Whether the schedule is compressed to the number of queries.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Square(ThreatModel threat, int queries = 5000, int restarts = 1, double share = 0.8, bool rescale = false)
        : base(restarts > 1 ? $"Square-{queries}×{restarts}" : $"Square-{queries}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        Require.That(share is > 0 and <= 1, share, "The share of pixels must be in (0,1].");
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
    /// <exception cref="ArgumentException">The images are not [B,C,H,W].</exception>
    public override Tensor Perturb(AttackContext context)
    {
        if (context.Images.shape.Length != 4)
            throw new ArgumentException("Expected images [B,C,H,W], for Square changes windows in them; the shape is "
                + $"[{string.Join(",", context.Images.shape)}].", "images");
        for (var run = 0; run < Restarts && context.Count > 0; run++)
        {
            using var scope = context.Run();
            Search(context, run);
        }
        return context.Best;
    }

    private void Search(AttackContext context, int run)
    {
        var windows = new SquareWindows(Threat, context.Images.shape);
        using var best = context.Keep(windows.Start(context.Images, context.Seeds.Fork(run).Fork(0)));
        using var logits = context.Keep(context.Forward(best.Rows)); // [b,K], of the best candidates
        using (context.Step()) context.Offer(best.Rows, logits.Rows, stopEarly: true);
        for (var query = 0; query < Steps && context.Count > 0; query++)
        {
            using var scope = context.Step();
            var seeds = context.Seeds.Fork(run).Fork(1 + query);
            var candidate = windows.Change(best.Rows, context.Images, ShareAt(query), seeds);
            var answers = ForwardWhereMoved(context, candidate, best.Rows, logits.Rows);
            var better = AttackLosses.Margin(answers, context.Labels)
                .gt(AttackLosses.Margin(logits.Rows, context.Labels));
            context.Offer(candidate, answers, stopEarly: true);
            best.SetWhere(better, candidate);
            logits.SetWhere(better, answers);
        }
    }

    // Where ball and box stop every pixel of a window, the candidate is the best one itself: it needs no query.
    private static Tensor ForwardWhereMoved(AttackContext context, Tensor candidate, Tensor from, Tensor known)
    {
        var moved = (candidate - from).abs().flatten(1).amax([1L]).nonzero().squeeze(1);
        if (moved.shape[0] == candidate.shape[0]) return context.Forward(candidate);
        if (moved.shape[0] == 0) return known.clone();
        return known.index_copy(0, moved, context.Forward(candidate.index_select(0, moved)));
    }

    private double ShareAt(int query)
    {
        var position = Rescale ? (int)((double)query / Steps * 10_000) : query;
        return Share / Math.Pow(2, Halvings.Count(end => position > end));
    }
}
