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

/// <summary>AWP, adversarial weight perturbation on top of another defence (Wu, Xia and Wang 2020, algorithm 1): the gradient is taken at weights that were moved to raise the loss.</summary>
/// <remarks>
/// Once x' is known, every weight tensor w of more than one dimension moves by γ ‖w‖ g/‖g‖, where g is the gradient of the defence's own loss; the loss and its
/// gradient are taken there; then w is what it was, and the optimiser steps from it. The first pass leaves the moments of batch normalisation alone, as the source's proxy does.
/// The source's γ: 0.01 on adversarial training, 0.005 from epoch 11 on with TRADES.
/// </remarks>
public sealed record WeightPerturbation : Defence
{
    /// <summary>Puts AWP on top of a defence.</summary>
    /// <param name="inner">The defence whose loss counts.</param>
    /// <param name="size">γ &gt; 0, how far a weight tensor moves, as a share of its norm. Default 0.01.</param>
    /// <param name="warmupEpochs">How many epochs are without it, at least 0. Default 0.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the defence takes several steps a batch.</exception>
    public WeightPerturbation(Defence inner, double size = 0.01, int warmupEpochs = 0)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner.Replays > 1) throw new ArgumentException($"{inner.Name} takes {inner.Replays} steps a batch and its own gradient; AWP cannot be put on top of it.", nameof(inner));
        if (!(size > 0 && double.IsFinite(size))) throw new ArgumentOutOfRangeException(nameof(size), size, "γ must be a finite number > 0.");
        ArgumentOutOfRangeException.ThrowIfNegative(warmupEpochs);
        (Inner, Size, WarmupEpochs) = (inner, size, warmupEpochs);
    }

    /// <summary>The defence whose loss counts.</summary>
    public Defence Inner { get; }

    /// <summary>γ.</summary>
    public double Size { get; }

    /// <summary>How many epochs are without it.</summary>
    public int WarmupEpochs { get; }

    /// <summary>The defence's name with "-AWP" behind it.</summary>
    public override string Name => Inner.Name + "-AWP";

    /// <inheritdoc/>
    public override Attack? Attack => Inner.Attack;

    /// <inheritdoc/>
    public override CompactnessWeights? Weights => Inner.Weights;

    /// <inheritdoc/>
    public override Defence WithWeights(CompactnessWeights weights) => new WeightPerturbation(Inner.WithWeights(weights), Size, WarmupEpochs);

    /// <inheritdoc/>
    public override Tensor? Perturb(Classifier model, Batch batch, InnerAttack inner) => Inner.Perturb(model, batch, inner);

    /// <inheritdoc/>
    public override BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial) => Inner.Assess(model, batch, adversarial);

    /// <inheritdoc/>
    public override (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(Classifier model, Batch batch, InnerAttack inner, IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (inner.Epoch <= WarmupEpochs) return Inner.Differentiate(model, batch, inner, parameters);
        var adversarial = Perturb(model, batch, inner);
        var all = parameters.Select(p => (p.Name, (Tensor)p.Parameter));
        var rising = KeepingBuffers(model, () => Gradients.Of(Assess(model, batch, adversarial).Total, all));
        var moved = parameters.Zip(rising).Where(pair => pair.First.Parameter.shape.Length > 1 && pair.First.Name.Contains("weight", StringComparison.Ordinal))
            .Select(pair => (Weight: (Tensor)pair.First.Parameter, Gradient: pair.Second)).ToList();
        Tensor[] before = [.. moved.Select(pair => pair.Weight.detach().clone())];
        try
        {
            foreach (var (weight, gradient) in moved) Move(weight, gradient);
            var loss = Assess(model, batch, adversarial);
            return (loss, Gradients.Of(loss.Total, all));
        }
        finally
        {
            using var noGraph = no_grad();
            foreach (var (pair, value) in moved.Zip(before)) pair.Weight.copy_(value);
        }
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = Inner.Describe();
        description["name"] = Name;
        description["weightPerturbation"] = new JsonObject { ["size"] = Size, ["warmupEpochs"] = WarmupEpochs };
        return description;
    }

    // w ← w + γ ‖w‖ g/‖g‖
    private void Move(Tensor weight, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        weight.add_(gradient * (Size * weight.norm() / (gradient.norm() + 1e-20)));
    }

    private static T KeepingBuffers<T>(Classifier model, Func<T> work)
    {
        var before = model.named_buffers().Select(pair => (Buffer: pair.buffer, Value: pair.buffer.clone())).ToList();
        try
        {
            return work();
        }
        finally
        {
            using var noGraph = no_grad();
            foreach (var (buffer, value) in before) buffer.copy_(value);
        }
    }
}
