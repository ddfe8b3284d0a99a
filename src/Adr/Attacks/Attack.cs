using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Looks for x' in the threat model's feasible set S(x) that the model gets wrong.</summary>
/// <remarks>
/// A subclass implements <see cref="Run"/>; <see cref="Perturb"/> is the sealed entry that keeps the promises: valid input,
/// evaluation mode, frozen parameters, and everything about the model afterwards as it was before. Attacks hold settings, no state.
/// </remarks>
public abstract class Attack
{
    /// <summary>Names the attack and its threat model.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="threat"/> is null.</exception>
    protected Attack(string name, ThreatModel threat)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(threat);
        (Name, Threat) = (name, threat);
    }

    /// <summary>The name in tables, such as "PGD-40".</summary>
    public string Name { get; }

    /// <summary>What the attack may do.</summary>
    public ThreatModel Threat { get; }

    /// <summary>The steps of one run: gradients, or questions to the model for an attack that needs none.</summary>
    public abstract int Steps { get; }

    /// <summary>Whether it needs the model's gradient. An attack that does not works on a <see cref="BlackBox"/> too.</summary>
    public virtual bool NeedsGradient => true;

    /// <summary>What the attack does otherwise because a model has few classes, in a sentence; null where it does what its name says.</summary>
    /// <param name="classes">The number of classes K.</param>
    public virtual string? FallbackFor(int classes) => null;

    /// <summary>Whether bfloat16 would spoil it.</summary>
    private protected virtual bool NeedsFloat32 => false;

    /// <summary>The same attack under another threat model.</summary>
    public abstract Attack WithThreat(ThreatModel threat);

    /// <summary>The same attack with another radius and, where it has a step size, that scaled in proportion.</summary>
    public virtual Attack ScaledTo(double epsilon) => WithThreat(Threat.WithEpsilon(epsilon));

    /// <summary>Attacks a batch.</summary>
    /// <remarks>
    /// The model runs in evaluation mode with frozen parameters; its modes, requires_grad flags and gradients are restored, also after an error.
    /// With ε = 0 the result is a copy of the images. A point's result does not depend on the other points, but for rounding: libtorch may
    /// sum in another order in another batch size, and where a gradient is as small as its rounding, its sign may differ.
    /// The checks read the batch once and run the model on one image.
    /// </remarks>
    /// <param name="model">Gives logits [B,K].</param>
    /// <param name="images">[B,C,H,W], floating point, within the threat model's bounds; B may be 0.</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <param name="cost">Adds up the model evaluations of the attack, if given.</param>
    /// <param name="type">Float32, or BFloat16 for a <see cref="Classifier"/> that has such a form (<see cref="AttackPrecision"/>). Minimum-norm attacks stay in float32.</param>
    /// <returns>x' [B,C,H,W], detached: in the bounds exactly, and ‖x' − x‖ ≤ ε up to 1e-6.</returns>
    /// <exception cref="ArgumentException">The images, labels or seeds are not as described.</exception>
    /// <exception cref="InvalidOperationException">The model's gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public Tensor Perturb(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds,
        CancellationToken cancellation = default, AttackCost? cost = null, ScalarType type = ScalarType.Float32)
    {
        cost ??= new AttackCost();
        return Hold(model, images, labels, seeds, NeedsFloat32 ? ScalarType.Float32 : type, cancellation, (still, origin, stop) =>
        {
            var result = Threat.Epsilon == 0 || origin.shape[0] == 0 ? origin.clone() : Run(still, origin, labels, seeds, cost, stop);
            if (!(result - origin).isfinite().all().item<bool>())
                throw new InvalidOperationException($"{Name} met a gradient or logits that are not finite. Check that the model's weights and logits are finite on these images.");
            return result.MoveToOuterDisposeScope();
        });
    }

    /// <summary>As <see cref="Perturb"/>, without the checks of values: nothing waits for the device. For training, where the data set was checked once.</summary>
    internal Tensor PerturbUnchecked(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds,
        CancellationToken cancellation = default, ScalarType type = ScalarType.Float32) =>
        Hold(model, images, labels, seeds, NeedsFloat32 ? ScalarType.Float32 : type, cancellation, (still, origin, stop) =>
            (Threat.Epsilon == 0 || origin.shape[0] == 0 ? origin.clone() : Run(still, origin, labels, seeds, new AttackCost(), stop)).MoveToOuterDisposeScope(), check: false);

    /// <summary>The attack itself. Called with at least one point, ε &gt; 0, the model still and autograd off.</summary>
    /// <param name="model">The model; call it through <see cref="PointObjective"/>, which counts.</param>
    /// <param name="origin">[B,C,H,W], detached.</param>
    /// <param name="labels">[B].</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="cost">To be counted on.</param>
    /// <param name="cancellation">To be checked before each step.</param>
    protected internal abstract Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation);

    /// <summary>The name.</summary>
    public override string ToString() => $"{Name} ({Threat})";

    /// <summary>Checks the input, holds the model still and autograd off, and lets
    /// <paramref name="use"/> work with the model's fastest form, a copy of the images, and the token to look at.</summary>
    /// <remarks>Tensors made within are freed; what is given back must be moved to the outer scope.</remarks>
    private protected T Hold<T>(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds, ScalarType type, CancellationToken cancellation, Func<nn.Module<Tensor, Tensor>, Tensor, CancellationToken, T> use, bool check = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (NeedsGradient && model is BlackBox box)
            throw new ArgumentException($"{Name} needs the model's gradient, and {box.Architecture} is a black box. Take an attack by answers alone: Square, SPSA or NES.", nameof(model));
        using var scope = NewDisposeScope();
        using var still = new StillModel(model);
        if (check) AttackInput.Check(model, Threat, images, labels, seeds);
        cancellation = HostCancellation.Or(cancellation);
        cancellation.ThrowIfCancellationRequested();
        using var noGraph = no_grad();
        // the form that a network has for weights that stand still, or the model itself
        using var network = (model as Classifier)?.Frozen(type) is { } logits ? new StillNetwork(logits) : null;
        // A copy, for its own memory: where an array of .NET begins anywhere, matrix products round now so, now so.
        return use(network ?? model, images.detach().clone(), cancellation);
    }
}
