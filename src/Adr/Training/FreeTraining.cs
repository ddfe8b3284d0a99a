using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>"Free" adversarial training (Shafahi et al. 2019, algorithm 1): each batch is used m times, and one
/// backward pass moves the weights and the perturbation δ at once.</summary>
/// <remarks>δ starts at 0 and persists from each batch to the next, of any epoch. Clipping and persistence are as in
/// the code of Wong et al. (2020, locuslab/fast_adversarial), which compares with it. The optimiser takes m steps a
/// batch, so N epochs of other defences are N/m of these. The source's settings on CIFAR-10: L∞, ε = 8/255, m =
/// 8.</remarks>
public sealed record FreeTraining : Defence
{
    /// <summary>Trains on a perturbation that persists.</summary>
    /// <param name="threat">The radius; the norm is L∞.</param>
    /// <param name="replays">m, how often each batch is used, at least 1. Default 8.</param>
    /// <exception cref="ArgumentException">The norm is another, or there is no replay.</exception>
    public FreeTraining(ThreatModel threat, int replays = 8) : base(new Fgsm(threat)) // moves δ by ε times a sign
    {
        if (threat.Norm != Norm.Linf)
            throw new ArgumentException(
                $"Free training moves δ by the sign of the gradient: under L∞, not {threat.Norm}.", nameof(threat));
        ArgumentOutOfRangeException.ThrowIfLessThan(replays, 1);
        Replays = replays;
    }

    /// <summary>"Free".</summary>
    public override string Name => "Free";

    /// <summary>m.</summary>
    public override int Replays { get; }

    /// <summary>Whether δ is clipped after each replay so that x + δ is in the box, and not before the first replay of
    /// the next batch; else δ is only clipped to ±ε, and x + δ to the box. Default true.</summary>
    public bool ClipsPerturbation { get; init; } = true;

    /// <summary>Whether δ persists from one epoch to the next, or starts every epoch at 0. Default true.</summary>
    public bool PersistsOverEpochs { get; init; } = true;

    /// <summary>x + δ, [B,C,H,W], with the δ of the step before.</summary>
    /// <param name="model">The model that is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">Has the radius, and keeps δ.</param>
    public override Tensor Perturb(nn.Module<Tensor, Tensor> model, Batch batch, InnerAttack inner)
    {
        var (images, count) = (batch.Images, batch.Images.shape[0]);
        if (Kept(inner) is not { } kept || kept.shape[0] < count) return images;
        var moved = images + kept.narrow(0, 0, count).clamp(-inner.Epsilon, inner.Epsilon);
        return ClipsPerturbation ? moved : moved.clamp_(Bounds.Low, Bounds.High);
    }

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var perturbed = Predict(model, adversarial!);
        return Sum(batch, null, perturbed,
            ("AdversarialCrossEntropy", Loss.CrossEntropy(perturbed.Logits, batch.Labels)));
    }

    /// <inheritdoc/>
    public override (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(
        nn.Module<Tensor, Tensor> model,
        Batch batch,
        InnerAttack inner,
        IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        var perturbed = Perturb(model, batch, inner).detach().requires_grad_(true);
        var loss = ComputeLoss(model, batch, perturbed);
        var all = parameters.Select(p => (p.Name, (Tensor)p.Parameter)).Append(("the images", perturbed));
        var gradients = Gradients.Of(loss.Total, all);
        inner.Perturbation?.Put(Moved(batch.Images, Kept(inner), gradients[^1], inner.Epsilon), inner.Epoch);
        return (loss, [.. gradients.SkipLast(1)]);
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = base.Describe();
        description["replays"] = Replays;
        description["clipsPerturbation"] = ClipsPerturbation;
        description["persistsOverEpochs"] = PersistsOverEpochs;
        return description;
    }

    private Bounds Bounds => Attack!.Threat.Bounds;

    private Tensor? Kept(InnerAttack inner) =>
        PersistsOverEpochs || inner.Perturbation?.Epoch == inner.Epoch ? inner.Perturbation?.Value : null;

    // δ ← clip(δ + ε sign(g)); a batch that is smaller than the one before moves its own rows only
    private Tensor Moved(Tensor images, Tensor? delta, Tensor gradient, double epsilon)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var count = gradient.shape[0];
        var moved = delta is null || delta.shape[0] < count ? zeros_like(gradient) : delta.clone();
        var rows = moved.narrow(0, 0, count).add_(gradient.sign(), epsilon).clamp_(-epsilon, epsilon);
        if (ClipsPerturbation) rows.copy_(maximum(minimum(rows, Bounds.High - images), Bounds.Low - images));
        return moved.MoveToOuterDisposeScope();
    }
}
