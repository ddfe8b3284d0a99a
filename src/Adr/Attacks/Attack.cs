using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Searches the threat model's feasible set S(x) for an x' that the model misclassifies.</summary>
/// <remarks>
/// A subclass overrides <see cref="Perturb"/>. Callers use
/// <see cref="Run(nn.Module{Tensor, Tensor}, Tensor, Tensor, long, CancellationToken)"/>, which keeps the promises: the
/// input is checked, the model runs in evaluation mode with frozen parameters, and everything about the model is
/// afterwards as it was before. An attack holds settings and no state.
/// </remarks>
public abstract class Attack
{
    /// <summary>Names the attack and its threat model.</summary>
    /// <param name="name">The name in tables, such as "PGD-40".</param>
    /// <param name="threat">What the attacker may do.</param>
    /// <exception cref="ArgumentException">The name is empty, or the attack is not made for this threat
    /// model.</exception>
    protected Attack(string name, ThreatModel threat)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(threat);
        CheckThreat(threat);
        (Name, Threat) = (name, threat);
    }

    /// <summary>The name in tables, such as "PGD-40".</summary>
    public string Name { get; }

    /// <summary>What the attacker may do.</summary>
    public ThreatModel Threat { get; private set; }

    /// <summary>The steps of one run: gradients, or queries for a score-based attack. Default 1.</summary>
    public virtual int Steps => 1;

    /// <summary>Whether the attack needs the model's gradient. A score-based attack does not, and works on a
    /// <see cref="BlackBox"/> too.</summary>
    public virtual bool NeedsGradient => true;

    /// <summary>What the attack does differently because a model has few classes, as a sentence; null where it does
    /// what its name says.</summary>
    /// <param name="classes">The number of classes K.</param>
    public virtual string? FallbackFor(int classes) => null;

    /// <summary>The attack itself. It is called with at least one example, ε &gt; 0, the model frozen and autograd
    /// off.</summary>
    /// <param name="context">The model, the examples, and what the attack needs to search.</param>
    /// <returns>x' of every example of the batch [B,C,H,W], in S(x); usually
    /// <see cref="AttackContext.Best"/>.</returns>
    public abstract Tensor Perturb(AttackContext context);

    /// <summary>The same attack under another threat model. A step size that was given stays; a default one follows
    /// ε.</summary>
    /// <exception cref="ArgumentException">The attack is not made for this threat model.</exception>
    public virtual Attack WithThreat(ThreatModel threat)
    {
        ArgumentNullException.ThrowIfNull(threat);
        CheckThreat(threat);
        var copy = (Attack)MemberwiseClone();
        copy.Threat = threat;
        return copy;
    }

    /// <summary>The same attack with another radius; a step size that was given is scaled in proportion.</summary>
    public virtual Attack ScaledTo(double epsilon) => WithThreat(Threat.WithEpsilon(epsilon));

    /// <summary>Throws where the attack is not made for a threat model, such as one of another norm. By default it
    /// accepts every one.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    protected virtual void CheckThreat(ThreatModel threat)
    {
    }

    /// <summary>Attacks a batch.</summary>
    /// <remarks>
    /// An example's result does not depend on the other examples, except through rounding: libtorch may sum in another
    /// order for another batch size, and where a gradient is as small as its rounding error, its sign may differ. With
    /// ε = 0 the result is a copy of the images.
    /// </remarks>
    /// <param name="model">Gives logits [B,K], of any floating-point type. It gets a copy of the images.</param>
    /// <param name="images">[B,C,H,W], float32 or float64, within the threat model's bounds; B may be 0.</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <param name="seed">Decides the random numbers, together with each example's position in the batch.</param>
    /// <param name="cancellation">Stops the attack before its next step.</param>
    /// <returns>x' [B,C,H,W], detached: in the bounds exactly, and ‖x' − x‖ ≤ ε up to 1e-6.</returns>
    /// <exception cref="ArgumentException">The images or labels are not as described, or the first images' outputs are
    /// no logits [B,K].</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or what it gives
    /// during the attack are no logits.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public Tensor Run(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Run(model, images, labels, ExampleSeeds.Sequence(seed, images.dim() == 0 ? 0 : images.shape[0]),
            cancellation);
    }

    /// <summary>Attacks some examples of a data set: random numbers depend on their positions there, and not on the
    /// batch.</summary>
    /// <inheritdoc cref="Run(nn.Module{Tensor, Tensor}, Tensor, Tensor, long, CancellationToken)"/>
    /// <param name="model">Gives logits [B,K].</param>
    /// <param name="images">[B,C,H,W], float32 or float64, within the threat model's bounds; B may be 0.</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <param name="seeds">One position per example.</param>
    /// <param name="cancellation">Stops the attack before its next step.</param>
    /// <param name="cost">Adds up the forward and backward passes of the attack, if given.</param>
    public Tensor Run(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, ExampleSeeds seeds,
        CancellationToken cancellation = default, AttackCost? cost = null) =>
        Within(model, images, labels, seeds, cancellation, cost, check: true, context =>
        {
            var result = PerturbUnlessTrivial(context);
            if (!result.isfinite().all().item<bool>()) throw NotFinite("a gradient or logits that are");
            return result.MoveToOuterDisposeScope();
        });

    /// <summary>As <c>Run</c>, without the checks of values, so that nothing waits for the device. For training, where
    /// the data set was checked once; there the model may be attacked in training mode, too.</summary>
    internal Tensor RunUnchecked(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, ExampleSeeds seeds,
        CancellationToken cancellation = default, bool inTrainingMode = false) =>
        Within(model, images, labels, seeds, cancellation, null, check: false,
            context => PerturbUnlessTrivial(context).MoveToOuterDisposeScope(), inTrainingMode);

    /// <summary>The name and the threat model.</summary>
    public override string ToString() => $"{Name} ({Threat})";

    /// <summary>Says that the model gave numbers that are not finite.</summary>
    private protected InvalidOperationException NotFinite(string what) =>
        new($"{Name} came upon {what} not finite. "
            + "Check that the model's weights and logits are finite on these images.");

    /// <summary>What a targeted attack does where there are fewer other classes than targets; null where there are
    /// enough.</summary>
    private protected static string? FewerTargets(int targets, int classes) => classes - 1 < targets
        ? $"{targets} targets were asked for, but there are {classes - 1} other classes: all of them were aimed at."
        : null;

    /// <summary>Checks the input, freezes the model, switches autograd off, and calls <paramref name="use"/> with a
    /// context.</summary>
    /// <remarks>Tensors made within are freed; what is returned must be moved to the outer scope.</remarks>
    private protected T Within<T>(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, ExampleSeeds seeds,
        CancellationToken cancellation, AttackCost? cost, bool check, Func<AttackContext, T> use,
        bool inTrainingMode = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        NativeTorch.Load();
        if (NeedsGradient && model is BlackBox box)
            throw new ArgumentException($"{Name} needs the model's gradient, and {box.Architecture} is a black box. "
                + "Use a score-based attack: Square, SPSA or NES.", nameof(model));
        using var scope = NewDisposeScope();
        using var frozen = new FrozenModel(model, inTrainingMode);
        if (check) AttackInput.Check(model, Threat, images, labels, seeds);
        cancellation = HostCancellation.Or(cancellation);
        cancellation.ThrowIfCancellationRequested();
        using var noGraph = no_grad();
        var network = frozen.Network();
        // A copy, for the sake of its memory: an array of .NET may begin at any address, and matrix products round by
        // it.
        using var context = new AttackContext(network, images.detach().clone(), labels, seeds,
            cost ?? new AttackCost { WatchesMovement = false }, cancellation);
        if (cost is not null) cost.Unmoved = null;
        var result = use(context);
        if (cost is not null) cost.Unmoved = context.Unmoved();
        return result;
    }

    private Tensor PerturbUnlessTrivial(AttackContext context)
    {
        if (Threat.Epsilon == 0 || context.Count == 0) return context.Images.clone();
        return context.Marked(Perturb(context));
    }
}
