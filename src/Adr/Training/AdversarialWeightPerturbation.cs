using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>AWP, adversarial weight perturbation on top of another defence (Wu, Xia and Wang 2020, algorithm 1): the
/// gradient is taken at weights that were moved to raise the loss.</summary>
/// <remarks>Once x' is known, every weight tensor w of more than one dimension moves by γv = γ ‖w‖ g/‖g‖, where g is
/// the gradient of the defence's own loss. The loss and its gradient are taken there; then w is restored, and the
/// optimiser steps from it. The first pass leaves the moments of batch norms alone, as the source's proxy does. The
/// source's γ: 0.01 on adversarial training, 0.005 from epoch 10 on with TRADES. On adversarial training its attack
/// sees the model in training mode (<see cref="Defence.AttackInTrainingMode"/>, here or of the inner
/// defence).</remarks>
public sealed record AdversarialWeightPerturbation : Defence
{
    /// <summary>Puts AWP on top of a defence.</summary>
    /// <param name="inner">The defence whose loss counts.</param>
    /// <param name="size">γ &gt; 0, how far a weight tensor moves, as a share of its norm. Default 0.01.</param>
    /// <param name="warmupEpochs">How many epochs are without it, at least 0. Default 0.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the defence has replays.</exception>
    public AdversarialWeightPerturbation(Defence inner, double size = 0.01, int warmupEpochs = 0)
        : base(inner?.Attack, inner?.Weights)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner.Replays > 1)
            throw new ArgumentException($"{inner.Name} takes {inner.Replays} steps a batch and its own gradient; "
                + "AWP cannot be put on top of it.", nameof(inner));
        ArgumentOutOfRangeException.ThrowIfNegative(warmupEpochs);
        (Inner, Size, WarmupEpochs) = (inner, Positive(size), warmupEpochs);
    }

    /// <summary>The defence whose loss counts.</summary>
    public Defence Inner { get; }

    /// <summary>γ.</summary>
    public double Size { get; }

    /// <summary>How many epochs are without it.</summary>
    public int WarmupEpochs { get; }

    /// <summary>Whether weight decay acts on w + γv, as in the source, whose optimiser steps there, or on w. Default
    /// true.</summary>
    public bool DecaysMovedWeights { get; init; } = true;

    /// <summary>The defence's name with "-AWP" behind it.</summary>
    public override string Name => Inner.Name + "-AWP";

    /// <inheritdoc/>
    public override Defence WithWeights(CompactnessWeights weights) =>
        new AdversarialWeightPerturbation(Inner.WithWeights(weights), Size, WarmupEpochs)
        {
            DecaysMovedWeights = DecaysMovedWeights,
            AttackInTrainingMode = AttackInTrainingMode,
        };

    /// <inheritdoc/>
    public override Tensor? Perturb(nn.Module<Tensor, Tensor> model, Batch batch, InnerAttack inner) =>
        Inside.Perturb(model, batch, inner);

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial) =>
        Inner.ComputeLoss(model, batch, adversarial);

    /// <inheritdoc/>
    public override (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(
        nn.Module<Tensor, Tensor> model,
        Batch batch,
        InnerAttack inner,
        IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (inner.Epoch <= WarmupEpochs) return Inside.Differentiate(model, batch, inner, parameters);
        var adversarial = Perturb(model, batch, inner);
        var all = parameters.Select(p => (p.Name, (Tensor)p.Parameter));
        var rising = KeepingBuffers(model, () => Gradients.Of(ComputeLoss(model, batch, adversarial).Total, all));
        var moved = Enumerable.Range(0, parameters.Count).Where(i => Moves(parameters[i])).ToArray();
        var before = moved.ToDictionary(i => i, i => parameters[i].Parameter.detach().clone());
        try
        {
            foreach (var i in moved) Move(parameters[i].Parameter, rising[i]);
            var loss = ComputeLoss(model, batch, adversarial);
            var gradients = Gradients.Of(loss.Total, all);
            if (DecaysMovedWeights && inner.WeightDecay > 0)
                foreach (var i in moved) // the optimiser adds λw to the gradient; this makes it λ(w + γv)
                    gradients[i] += inner.WeightDecay * (parameters[i].Parameter.detach() - before[i]);
            return (loss, gradients);
        }
        finally
        {
            using var noGraph = no_grad();
            foreach (var i in moved) parameters[i].Parameter.copy_(before[i]);
        }
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = Inside.Describe();
        description["name"] = Name;
        description["adversarialWeightPerturbation"] = new JsonObject
        {
            ["size"] = Size,
            ["warmupEpochs"] = WarmupEpochs,
            ["decaysMovedWeights"] = DecaysMovedWeights,
        };
        return description;
    }

    private Defence Inside => AttackInTrainingMode ? Inner with { AttackInTrainingMode = true } : Inner;

    private static bool Moves((string Name, Parameter Parameter) p) =>
        p.Parameter.shape.Length > 1 && p.Name.Contains("weight", StringComparison.Ordinal);

    // w ← w + γ ‖w‖ g/‖g‖
    private void Move(Tensor weight, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        weight.add_(gradient * (Size * weight.norm() / (gradient.norm() + 1e-20)));
    }

    private static T KeepingBuffers<T>(nn.Module model, Func<T> work)
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
