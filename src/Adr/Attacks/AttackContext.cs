using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What an attack works with: the model, the examples that are still attacked, and the best candidate of each
/// so far.</summary>
/// <remarks>
/// <para>Early stopping lives here. An example that an attack has finished with (<see cref="Offer"/> with
/// <c>stopEarly</c>) is left out of <see cref="Images"/>, <see cref="Labels"/>, <see cref="Seeds"/> and every
/// <see cref="ExampleState"/> at the end of a <see cref="Step"/>, once that saves enough. So an attack reads these anew
/// in each step, and its other tensors do not outlive a step.</para>
/// <para>A typical loop:</para>
/// <code>
/// using var x = context.Keep(Threat.RandomStart(context.Images, context.Seeds));
/// for (var step = 0; step &lt; Steps &amp;&amp; context.Count > 0; step++)
/// {
///     using var scope = context.Step();
///     var (gradient, _, logits) = context.Gradient(x.Rows, z => AttackLosses.CrossEntropy(z, context.Labels));
///     context.Offer(x.Rows, logits);
///     x.Set(Threat.Project(x.Rows + StepSize * Threat.AscentDirection(gradient), context.Images));
/// }
/// return context.Best;
/// </code>
/// </remarks>
public sealed class AttackContext : IDisposable
{
    private const double LeastShare = 0.125; // leaving examples out costs a copy of the others, so not for a few

    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly ExampleSeeds _batchSeeds;
    private readonly Tensor _flaw;            // [1]: 0, or NaN after a number that is not finite
    private readonly Candidates _best;        // of the whole batch, by margin
    private readonly NearestCandidates _near; // of the whole batch, by distance
    private readonly Movement _movement;      // of the whole batch
    private readonly AttackContext? _outer;   // whose examples these are, for an attack within an attack
    private readonly List<ExampleState> _states = [];
    private readonly ExampleState _images, _labels, _finished;
    private bool _mayHaveFinished;
    private bool _isStart = true; // no gradient was taken yet in this run
    private ExampleState? _positions; // null while no example was left out
    private ExampleSeeds _seeds;

    internal AttackContext(
        nn.Module<Tensor, Tensor> model,
        Tensor images,
        Tensor labels,
        ExampleSeeds seeds,
        AttackCost cost,
        CancellationToken cancellation)
        : this(model, images, labels, seeds, null, seeds, cost, cancellation,
            zeros([1L], dtype: images.dtype, device: images.device), new Candidates(images),
            new NearestCandidates(images), new Movement(images), null)
    {
    }

    private AttackContext(
        nn.Module<Tensor, Tensor> model,
        Tensor images,
        Tensor labels,
        ExampleSeeds seeds,
        Tensor? positions,
        ExampleSeeds batchSeeds,
        AttackCost cost,
        CancellationToken cancellation,
        Tensor flaw,
        Candidates best,
        NearestCandidates near,
        Movement movement,
        AttackContext? outer)
    {
        (_model, _seeds, _batchSeeds, Cost, Cancellation) = (model, seeds, batchSeeds, cost, cancellation);
        (_flaw, _best, _near, _movement, _outer) = (flaw, best, near, movement, outer);
        (_images, _labels) = (Keep(images), Keep(labels));
        _finished = Keep(zeros([images.shape[0]], dtype: ScalarType.Bool, device: images.device));
        if (positions is not null) _positions = Keep(positions);
    }

    /// <summary>The clean images of the examples that are still attacked [b,C,H,W].</summary>
    public Tensor Images => _images.Rows;

    /// <summary>Their labels [b], int64.</summary>
    public Tensor Labels => _labels.Rows;

    /// <summary>Their random numbers. Take <see cref="ExampleSeeds.Fork"/> of a step's number for numbers of its
    /// own.</summary>
    public ExampleSeeds Seeds => _seeds;

    /// <summary>How many examples are still attacked, b.</summary>
    public long Count => Images.shape[0];

    /// <summary>What the attack has spent so far.</summary>
    public AttackCost Cost { get; }

    /// <summary>To be checked in long work within a step; <see cref="Step"/> checks it between steps.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The best candidates of the whole batch [B,C,H,W]: those with the largest margin that were offered, and
    /// the clean images where none was.</summary>
    public Tensor Best => _best.Images.clone();

    /// <summary>The nearest misclassified candidates of the whole batch [B,C,H,W] by <see cref="OfferNearest"/>, and
    /// the clean images where there was none.</summary>
    public Tensor Nearest => _near.Images();

    // where the examples are in the batch [b], int64; null while none was left out
    private Tensor? Positions => _positions?.Rows;

    /// <summary>Begins a step. When the result is disposed of, the step's tensors are freed, and examples that are
    /// finished are left out where they are at least an eighth.</summary>
    /// <exception cref="OperationCanceledException">The attack was cancelled.</exception>
    public IDisposable Step() => new Section(this, LeastShare);

    /// <summary>Begins a run of several steps, such as one from a random start. At its end every example that is
    /// finished is left out.</summary>
    /// <exception cref="OperationCanceledException">The attack was cancelled.</exception>
    public IDisposable Run() => new Section(this, leastShare: 0);

    /// <summary>The logits [b,K] of images, without a gradient. It counts as a forward pass of each.</summary>
    /// <param name="images">[b,C,H,W].</param>
    public Tensor Forward(Tensor images) => Cost.Forward(_model, images);

    /// <summary>Each example's gradient of its own loss with respect to its image. It counts as a forward and a
    /// backward pass.</summary>
    /// <param name="images">[b,C,H,W].</param>
    /// <param name="loss">From logits [b,K] to the loss of each example [b].</param>
    /// <param name="samples">How often the model is evaluated; the gradient is the mean over them, for models that
    /// answer at random (expectation over transformation). Losses and logits are those of the last.</param>
    /// <exception cref="InvalidOperationException">The logits have no gradient with respect to the images.</exception>
    public AttackGradient Gradient(Tensor images, Func<Tensor, Tensor> loss, int samples = 1)
    {
        using var scope = NewDisposeScope();
        var result = GradientOnce(images, loss);
        for (var sample = 1; sample < samples; sample++)
        {
            var sum = result.Gradient;
            result = GradientOnce(images, loss);
            result = result with { Gradient = sum.add_(result.Gradient) };
        }
        if (samples > 1) result.Gradient.div_(samples);
        Watch(result.Gradient);
        Look(result.Gradient);
        return result.MoveToOuterScope();
    }

    /// <summary>Takes the candidates that have a larger margin than an example's best so far
    /// (<see cref="Best"/>).</summary>
    /// <param name="candidates">[b,C,H,W], in the threat model's feasible set.</param>
    /// <param name="logits">Their logits [b,K].</param>
    /// <param name="stopEarly">Whether an example is finished once a candidate is clearly misclassified: by a margin
    /// above 1 % of its largest |logit|, so that another batch size does not undo it.</param>
    public void Offer(Tensor candidates, Tensor logits, bool stopEarly = false)
    {
        using var scope = NewDisposeScope();
        Watch(logits);
        var margins = ExampleMargins.Of(logits, Labels);
        // a finished example keeps its candidate whether or not it is left out yet, so its result does not depend on
        // the others
        _best.Offer(candidates, margins.Values.masked_fill(_finished.Rows, double.NegativeInfinity), Positions);
        if (stopEarly) Finish(margins.AreClear());
    }

    /// <summary>Takes the candidates that are misclassified and nearer to their image than an example's nearest so
    /// far.</summary>
    /// <remarks>A candidate that lies on the decision boundary, misclassified by no more than rounding, counts only
    /// where it is less than half as far away as any other: so the result does not depend on how margins are
    /// rounded.</remarks>
    /// <param name="candidates">[b,C,H,W], in the box.</param>
    /// <param name="logits">Their logits [b,K].</param>
    /// <param name="threat">Its norm measures the distance.</param>
    /// <param name="confidence">The margin from which on a candidate counts as misclassified.</param>
    /// <returns>Which candidates were misclassified, of examples that are not finished [b].</returns>
    public Tensor OfferNearest(Tensor candidates, Tensor logits, ThreatModel threat, double confidence = 0)
    {
        ArgumentNullException.ThrowIfNull(threat);
        using var scope = NewDisposeScope();
        Watch(logits);
        var margins = ExampleMargins.Of(logits, Labels);
        var wrong = margins.Values.gt(0).logical_and(margins.Values.ge(confidence))
            .logical_and(_finished.Rows.logical_not());
        _near.Offer(candidates, threat.Distance(candidates, Images), wrong, margins.AreSure(), Positions);
        return wrong.MoveToOuterDisposeScope();
    }

    /// <summary>Ends the attack on some examples: they are left out at the end of the step or run.</summary>
    /// <param name="which">[b], bool.</param>
    public void Finish(Tensor which)
    {
        _finished.Rows.logical_or_(which);
        _mayHaveFinished = true;
    }

    /// <summary>Ends the attack on examples that are misclassified as they are, and leaves them out at once.</summary>
    /// <param name="logits">Those of <see cref="Images"/> [b,K].</param>
    public void FinishMisclassified(Tensor logits)
    {
        using var scope = NewDisposeScope();
        Watch(logits);
        Finish(AttackLosses.Margin(logits, Labels).gt(0));
        Drop(leastShare: 0);
    }

    /// <summary>Keeps a tensor with one row per example from step to step. Dispose of it, or leave that to the
    /// context.</summary>
    /// <param name="rows">[b,…]; it is copied.</param>
    public ExampleState Keep(Tensor rows)
    {
        var state = new ExampleState(rows, this);
        _states.Add(state);
        return state;
    }

    /// <summary>A context of the examples that are left, for an attack within an attack: with candidates of its own,
    /// and on the same account.</summary>
    public AttackContext Fork() => new(_model, Images, Labels, _seeds, null, _seeds, Cost, Cancellation, _flaw,
        new Candidates(Images), new NearestCandidates(Images), new Movement(Images), this);

    /// <summary>The examples that are left, for another search with the same candidates: what finishes there does not
    /// finish here.</summary>
    public AttackContext Again() =>
        new(_model, Images, Labels, _seeds, Positions, _batchSeeds, Cost, Cancellation, _flaw, _best, _near, _movement,
            _outer);

    /// <summary>Frees what the context keeps.</summary>
    public void Dispose()
    {
        foreach (var state in _states.ToArray()) state.Dispose();
    }

    /// <summary>The logits at images, and zeros that were added to these: a gradient with respect to the zeros is one
    /// with respect to the images. To be called with autograd on; the backward passes are for the caller to
    /// count.</summary>
    internal (Tensor Zeros, Tensor Logits) ForwardWithGraph(Tensor images)
    {
        var delta = zeros_like(images, requires_grad: true);
        var logits = Cost.Forward(_model, images.detach() + delta, isCopy: true);
        return logits.requires_grad ? (delta, logits) : throw new InvalidOperationException(
            "The model's logits have no gradient with respect to the images: its forward pass leaves autograd, by "
                + "detach(), no_grad() "
            + "or integers, or does not use the images. A gradient attack cannot evaluate it: use a score-based one, "
            + "Square, SPSA or NES.");
    }

    /// <summary>Notes numbers that are not finite, without waiting for the device: sign(NaN) is 0 and would hide
    /// them.</summary>
    internal void Watch(Tensor numbers)
    {
        using var scope = NewDisposeScope();
        _flaw.add_((0 * numbers).sum());
    }

    /// <summary>Notes for which examples a gradient is not exactly zero, at the first gradient of each run: where that
    /// is zero, the run stays where it is.</summary>
    /// <param name="gradient">[b,…].</param>
    internal void Look(Tensor gradient)
    {
        if (!_isStart || !Cost.WatchesMovement) return;
        _isStart = false;
        using var scope = NewDisposeScope();
        // an attack that looks at some of the examples only is not followed: all may move
        Moves(gradient.shape[0] == Count
            ? gradient.flatten(1).ne(0).any(1)
            : ones_like(_finished.Rows));
    }

    /// <summary>For each example of the whole batch whether every run began with a gradient of exactly zero [B]; null
    /// where no gradient was taken.</summary>
    internal bool[]? Unmoved() => _movement.Unmoved();

    /// <summary>A result, or NaN after a number that was not finite.</summary>
    internal Tensor Marked(Tensor result) => result + _flaw;

    internal void Release(ExampleState state) => _states.Remove(state);

    // [b], bool
    private void Moves(Tensor rows)
    {
        _movement.Take(rows, Positions);
        _outer?.Moves(_movement.Moved);
    }

    private AttackGradient GradientOnce(Tensor images, Func<Tensor, Tensor> loss)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        Cost.CountBackward(images.shape[0]);
        var (delta, logits) = ForwardWithGraph(images);
        var losses = loss(logits);
        // the gradient of the sum gives each example that of its own loss
        return new AttackGradient(Gradients.Of(losses.sum(), delta), losses.detach(), logits.detach())
            .MoveToOuterScope();
    }

    private void Drop(double leastShare)
    {
        if (Count == 0 || !_mayHaveFinished) return; // asking would wait for the device
        using var scope = NewDisposeScope();
        var finished = _finished.Rows.sum().item<long>();
        _mayHaveFinished = finished > 0;
        if (finished == 0 || (finished < Count && finished < leastShare * Count)) return;
        _mayHaveFinished = false;
        var left = _finished.Rows.logical_not().nonzero().squeeze(1); // [b']
        _positions ??= Keep(arange(Count, dtype: ScalarType.Int64, device: Images.device));
        foreach (var state in _states) state.Select(left);
        _seeds = _batchSeeds.Select(_positions.Rows.Values<long>().Select(i => (int)i));
    }

    /// <summary>A step, or a run of several.</summary>
    private sealed class Section : IDisposable
    {
        private readonly AttackContext _context;
        private readonly double _leastShare;
        private readonly DisposeScope _scope;

        internal Section(AttackContext context, double leastShare)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            SafePoint.Pass();
            (_context, _leastShare, _scope) = (context, leastShare, NewDisposeScope());
            context._isStart |= leastShare == 0; // a new run
        }

        public void Dispose()
        {
            _scope.Dispose();
            _context.Drop(_leastShare);
        }
    }
}

/// <summary>What a model gave at images, and the gradients there.</summary>
/// <param name="Gradient">[b,C,H,W]: for each example that of its own loss.</param>
/// <param name="Losses">[b].</param>
/// <param name="Logits">[b,K].</param>
public sealed record AttackGradient(Tensor Gradient, Tensor Losses, Tensor Logits)
{
    internal AttackGradient MoveToOuterScope() =>
        new(Gradient.MoveToOuterDisposeScope(), Losses.MoveToOuterDisposeScope(), Logits.MoveToOuterDisposeScope());
}

/// <summary>A tensor with one row per example that an attack keeps from step to step, written in place. Examples that
/// are left out lose their rows.</summary>
public sealed class ExampleState : IDisposable
{
    private readonly AttackContext _context;

    internal ExampleState(Tensor rows, AttackContext context) =>
        (Rows, _context) = (rows.detach().clone().DetachFromDisposeScope(), context);

    /// <summary>The rows [b,…]; valid until the end of the step.</summary>
    public Tensor Rows { get; private set; }

    /// <summary>Writes every row.</summary>
    /// <param name="rows">[b,…].</param>
    public void Set(Tensor rows) => Rows.copy_(rows);

    /// <summary>Writes the rows that a mask selects.</summary>
    /// <param name="mask">[b], bool.</param>
    /// <param name="rows">[b,…].</param>
    public void SetWhere(Tensor mask, Tensor rows) => PerExample.Put(Rows, mask, rows);

    /// <summary>Frees the rows.</summary>
    public void Dispose()
    {
        _context.Release(this);
        Rows.Dispose();
    }

    internal void Select(Tensor left)
    {
        var all = Rows;
        Rows = all.index_select(0, left).DetachFromDisposeScope();
        all.Dispose();
    }
}

/// <summary>For each example of a batch the candidate with the largest score so far; the earlier one where they are
/// equal.</summary>
internal sealed class Candidates(Tensor origin)
{
    internal Tensor Images { get; } = origin.clone();

    /// <summary>[B]; −∞ before the first <see cref="Offer"/>.</summary>
    internal Tensor Scores { get; } = full([origin.shape[0]], double.NegativeInfinity, origin.dtype, origin.device);

    /// <summary>Takes the candidates that are better.</summary>
    /// <param name="candidate">[b,C,H,W].</param>
    /// <param name="scores">[b]; one of −∞ is never taken.</param>
    /// <param name="positions">Which examples of the batch these are [b]; null for all.</param>
    internal void Offer(Tensor candidate, Tensor scores, Tensor? positions)
    {
        using var scope = NewDisposeScope();
        var best = positions is null ? Scores : Scores.index_select(0, positions);
        var better = scores.le(best).logical_not(); // [b]; a NaN is taken, so that it is noticed
        PerExample.Put(Images, better, candidate, positions);
        PerExample.Put(Scores, better, scores, positions);
    }
}

/// <summary>For each example of a batch the nearest misclassified candidate so far.</summary>
internal sealed class NearestCandidates(Tensor origin)
{
    private readonly Candidates _nearest = new(origin);    // by closeness, the distance times −1
    private readonly Candidates _onBoundary = new(origin); // of those that are misclassified within rounding

    internal void Offer(Tensor candidates, Tensor distance, Tensor wrong, Tensor sure, Tensor? positions)
    {
        Take(_nearest, wrong.logical_and(sure));
        Take(_onBoundary, wrong.logical_and(sure.logical_not()));

        void Take(Candidates best, Tensor which) =>
            best.Offer(candidates, where(which, -distance, full_like(distance, double.NegativeInfinity)), positions);
    }

    internal Tensor Images()
    {
        using var scope = NewDisposeScope();
        var isMuchNearer = _onBoundary.Scores.gt(0.5 * _nearest.Scores);
        return where(PerExample.Spread(isMuchNearer, _nearest.Images), _onBoundary.Images, _nearest.Images)
            .MoveToOuterDisposeScope();
    }
}

/// <summary>For which examples of a batch an attack found a gradient that is not zero.</summary>
internal sealed class Movement(Tensor origin)
{
    private bool _isKnown;

    /// <summary>[B], bool.</summary>
    internal Tensor Moved { get; } = zeros([origin.shape[0]], ScalarType.Bool, origin.device);

    /// <summary>Takes the rows that are true.</summary>
    /// <param name="rows">[b], bool.</param>
    /// <param name="positions">Which examples of the batch these are [b]; null for all.</param>
    internal void Take(Tensor rows, Tensor? positions)
    {
        _isKnown = true;
        PerExample.Put(Moved, rows, rows, positions);
    }

    internal bool[]? Unmoved() => _isKnown ? [.. Moved.Values<bool>().Select(hasMoved => !hasMoved)] : null;
}

/// <summary>Counts what attacks spend. One instance may be passed to many calls, and adds up. It is not safe for
/// several threads.</summary>
public sealed class AttackCost
{
    /// <summary>Forward passes, counted per example.</summary>
    public long Forwards { get; private set; }

    /// <summary>Backward passes, counted per example.</summary>
    public long Backwards { get; private set; }

    /// <summary>Forward plus backward passes, counted per example.</summary>
    public long ModelEvaluations => Forwards + Backwards;

    /// <summary>Whether attacks note which examples they could not move; in training they do not.</summary>
    internal bool WatchesMovement { get; init; } = true;

    /// <summary>For each example of the last batch whether all gradients of its attack were exactly zero where a run
    /// began; null where the attack took none.</summary>
    internal bool[]? Unmoved { get; set; }

    /// <summary>Examples that stayed correct although, or because, the attack had no gradient to move them by: a sum
    /// over the batches of an evaluation.</summary>
    internal int UnmovedCorrect { get; private set; }

    /// <summary>Adds those of the last batch.</summary>
    /// <param name="staysCorrect">For each example of it.</param>
    internal void CountUnmoved(IEnumerable<bool> staysCorrect) =>
        UnmovedCorrect += Unmoved?.Zip(staysCorrect).Count(example => example.First && example.Second) ?? 0;

    internal Tensor Forward(nn.Module<Tensor, Tensor> model, Tensor images, bool isCopy = false)
    {
        Forwards += images.shape[0];
        return ModelFacts.Logits(model, images, isCopy);
    }

    internal void CountBackward(long examples) => Backwards += examples;
}
