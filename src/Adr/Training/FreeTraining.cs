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

/// <summary>"Free" adversarial training (Shafahi et al. 2019, algorithm 1): each batch is shown m times, and one backward pass moves the weights and the perturbation at once.</summary>
/// <remarks>
/// δ starts at 0 and goes from each batch to the next; here every epoch starts it anew, so that a run can be continued from any epoch. As the
/// optimiser takes m steps a batch, N epochs of others are N/m of these. The source's settings on CIFAR-10: L∞, ε = 8/255, m = 8.
/// </remarks>
public sealed record FreeTraining : Defence
{
    /// <summary>Trains against a perturbation that is carried along.</summary>
    /// <param name="threat">The radius; the norm is L∞.</param>
    /// <param name="replays">m, how often each batch is shown, at least 1. Default 8.</param>
    /// <exception cref="ArgumentException">Another norm, or no replay.</exception>
    public FreeTraining(ThreatModel threat, int replays = 8)
    {
        ArgumentNullException.ThrowIfNull(threat);
        if (threat.Norm != Norm.Linf) throw new ArgumentException($"Free training moves δ by the gradient's sign, under L∞; not under {threat.Norm}.", nameof(threat));
        ArgumentOutOfRangeException.ThrowIfLessThan(replays, 1);
        (Attack, Replays) = (new Fgsm(threat), replays);
    }

    /// <summary>"Free".</summary>
    public override string Name => "Free";

    /// <summary>The step that moves δ: ε times the gradient's sign.</summary>
    public override Attack Attack { get; }

    /// <summary>m.</summary>
    public override int Replays { get; }

    /// <summary>x + δ as it was carried here, [B,C,H,W].</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">Has the radius, and carries δ.</param>
    public override Tensor Perturb(Classifier model, Batch batch, InnerAttack inner)
    {
        var images = batch.Images;
        if (inner.Carried?.Value is not { } carried || carried.shape[0] < images.shape[0]) return images;
        return (images + carried.narrow(0, 0, images.shape[0]).clamp(-inner.Epsilon, inner.Epsilon)).clamp_(Attack.Threat.Bounds.Low, Attack.Threat.Bounds.High);
    }

    /// <inheritdoc/>
    public override BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial)
    {
        var (latent, logits) = model.Represent(adversarial!); // z' [B,D], logits [B,K]
        var loss = Loss.CrossEntropy(logits, batch.Labels);
        return new BatchLoss(loss, new Dictionary<string, Tensor> { ["AdversarialCrossEntropy"] = loss }, null, logits, latent, latent);
    }

    /// <inheritdoc/>
    public override (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(Classifier model, Batch batch, InnerAttack inner, IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        var perturbed = Perturb(model, batch, inner).detach().requires_grad_(true);
        var loss = Assess(model, batch, perturbed);
        var gradients = Gradients.Of(loss.Total, [.. parameters.Select(p => (p.Name, (Tensor)p.Parameter)), ("the images", perturbed)]);
        if (inner.Carried is { } carried) carried.Put(Moved(carried.Value, gradients[^1], inner.Epsilon));
        return (loss, [.. gradients.SkipLast(1)]);
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = base.Describe();
        description["replays"] = Replays;
        return description;
    }

    // δ ← clip(δ + ε sign(g)); a batch that is smaller than the one before moves its rows alone
    private static Tensor Moved(Tensor? delta, Tensor gradient, double epsilon)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var count = gradient.shape[0];
        var grown = delta is null || delta.shape[0] < count ? zeros_like(gradient) : delta.clone();
        var rows = grown.narrow(0, 0, count);
        rows.add_(gradient.sign(), epsilon).clamp_(-epsilon, epsilon);
        return grown.MoveToOuterDisposeScope();
    }
}
