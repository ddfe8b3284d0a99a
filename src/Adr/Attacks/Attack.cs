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

    /// <summary>The gradient steps of one run.</summary>
    public abstract int Steps { get; }

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
    /// <param name="type">Float32, or BFloat16 for a <see cref="Classifier"/> that has such a form (<see cref="AttackPrecision"/>).</param>
    /// <returns>x' [B,C,H,W], detached: in the bounds exactly, and ‖x' − x‖ ≤ ε up to 1e-6.</returns>
    /// <exception cref="ArgumentException">The images, labels or seeds are not as described.</exception>
    /// <exception cref="InvalidOperationException">The model's gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public Tensor Perturb(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds,
        CancellationToken cancellation = default, AttackCost? cost = null, ScalarType type = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        using var still = new StillModel(model);
        AttackInput.Check(model, Threat, images, labels, seeds);
        var result = Search(model, images, labels, seeds, type, cost ?? new AttackCost(), cancellation);
        if (!(result - images).isfinite().all().item<bool>())
            throw new InvalidOperationException($"{Name} met a gradient that is not finite. Check that the model's weights and logits are finite on these images.");
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Perturb"/>, without the checks of values: nothing waits for the device. For training, where the data set was checked once.</summary>
    internal Tensor PerturbUnchecked(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds,
        CancellationToken cancellation = default, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        using var still = new StillModel(model);
        return Search(model, images, labels, seeds, type, new AttackCost(), cancellation).MoveToOuterDisposeScope();
    }

    /// <summary>The attack itself. Called with at least one point, ε &gt; 0, the model still and autograd off.</summary>
    /// <param name="model">The model; call it through <see cref="PointObjective"/>, which counts.</param>
    /// <param name="origin">[B,C,H,W], detached.</param>
    /// <param name="labels">[B].</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="cost">To be counted on.</param>
    /// <param name="cancellation">To be checked before each step.</param>
    protected abstract Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation);

    /// <summary>The name.</summary>
    public override string ToString() => $"{Name} ({Threat})";

    private Tensor Search(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds, ScalarType type, AttackCost cost, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var noGraph = no_grad();
        if (Threat.Epsilon == 0 || images.shape[0] == 0) return images.detach().clone();
        if ((model as Classifier)?.Still(type) is not { } logits) return Run(model, images.detach(), labels, seeds, cost, cancellation);
        using var network = new StillNetwork(logits);
        return Run(network, images.detach(), labels, seeds, cost, cancellation);
    }
}
