using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>A way of training: how a batch becomes a loss.</summary>
/// <remarks>To write one, derive, give it a <see cref="Name"/> and implement <see cref="ComputeLoss"/> as a
/// <see cref="Sum"/> of named terms. Put your own settings into <see cref="Describe()"/>, for the run folder.</remarks>
public abstract record Defence
{
    private readonly CompactnessWeights? _weights;

    /// <summary>What the defence trains on.</summary>
    /// <param name="attack">Finds the adversarial examples x'; null, the default, where there are none.</param>
    /// <param name="weights">The weights of ADR's terms; null, the default, or all 0 where there are none.</param>
    protected Defence(Attack? attack = null, CompactnessWeights? weights = null) =>
        (Attack, Weights) = (attack, weights);

    /// <summary>The name in tables, such as "ADV" or "ADR-TRADES".</summary>
    public abstract string Name { get; }

    /// <summary>The attack of training, at its full ε; null where there is none.</summary>
    public Attack? Attack { get; }

    /// <summary>The weights of ADR's terms; null where there are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A weight is out of range.</exception>
    public CompactnessWeights? Weights
    {
        get => _weights;
        protected init
        {
            value?.Validate();
            _weights = value is null || value.AreAllZero ? null : value;
        }
    }

    /// <summary>The same defence with other weights of ADR's terms.</summary>
    /// <param name="weights">At least one of them above 0.</param>
    /// <exception cref="NotSupportedException">The defence has no such terms.</exception>
    public virtual Defence WithWeights(CompactnessWeights weights) => Weights is not null
        ? this with { Weights = weights }
        : throw new NotSupportedException($"{Name} has no terms of ADR whose weights could be changed.");

    /// <summary>Whether the training attack sees the model in training mode: batch norms use the batch's moments and
    /// move their own, and dropout drops. FGSM-RS and AWP are written so. Default false.</summary>
    public bool AttackInTrainingMode { get; init; }

    /// <summary>How many steps the optimiser takes on each batch. Default 1.</summary>
    public virtual int Replays => 1;

    /// <summary>The loss of a batch. The model is in training mode.</summary>
    /// <param name="model">The model that is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="adversarial">The adversarial examples x' [B,C,H,W]; null without an attack.</param>
    public abstract BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial);

    /// <summary>The adversarial examples x' of a batch, [B,C,H,W]; null where there are none.</summary>
    /// <remarks>By default <see cref="Attack"/> finds them, with the model in evaluation mode unless
    /// <see cref="AttackInTrainingMode"/> is set.</remarks>
    /// <param name="model">The model that is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">How the attack runs at this step.</param>
    public virtual Tensor? Perturb(nn.Module<Tensor, Tensor> model, Batch batch, InnerAttack inner) =>
        Attack?.ScaledTo(inner.Epsilon).RunUnchecked(
            model, batch.Images, batch.Labels, inner.Seeds, inner.Cancellation, AttackInTrainingMode);

    /// <summary>The loss of a batch and its gradient.</summary>
    /// <param name="model">The model that is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">How the attack runs at this step.</param>
    /// <param name="parameters">What the loss is differentiated by.</param>
    /// <returns>The loss, and one gradient for each parameter.</returns>
    public virtual (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(
        nn.Module<Tensor, Tensor> model,
        Batch batch,
        InnerAttack inner,
        IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        var loss = ComputeLoss(model, batch, Perturb(model, batch, inner));
        return (loss, Gradients.Of(loss.Total, parameters.Select(p => (p.Name, (Tensor)p.Parameter))));
    }

    /// <summary>Every setting that decides what is computed, for a run folder's config.json.</summary>
    public virtual JsonObject Describe()
    {
        var description = new JsonObject
        {
            ["name"] = Name,
            ["attack"] = Attack is { } attack ? Describe(attack) : null,
            ["weights"] = Weights is { } weights ? JsonSerializer.SerializeToNode(weights, Json.Compact) : null,
        };
        if (AttackInTrainingMode) description["attackInTrainingMode"] = true;
        return description;
    }

    /// <summary>The logits of a batch, and the latent where the model gives one. The model gets a copy of the images,
    /// for it may work in place.</summary>
    /// <param name="model">Any module.</param>
    /// <param name="images">[B,C,H,W].</param>
    /// <exception cref="InvalidOperationException">The model failed, or gave no logits [B,K].</exception>
    protected static Prediction Predict(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        if (model is not ILatentModel) return new Prediction(ModelFacts.Logits(model, images), null);
        var (latent, logits) = ModelFacts.Represent(model, images);
        return new Prediction(logits, latent);
    }

    /// <summary>The sum of named terms, to which ADR's terms are added where the defence has
    /// <see cref="Weights"/>.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="clean">The prediction for x; null where the loss does not use x.</param>
    /// <param name="adversarial">The prediction for x'; null where the loss does not use x'.</param>
    /// <param name="terms">Scalars by name, each already multiplied by its weight; at least one.</param>
    /// <exception cref="InvalidOperationException">ADR's terms lack a prediction or its latent.</exception>
    protected BatchLoss Sum(
        Batch batch, Prediction? clean, Prediction? adversarial, params IEnumerable<(string Name, Tensor Value)> terms)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var all = terms.ToList();
        if (Weights is not null)
        {
            if (clean?.Latent is not { } z || adversarial?.Latent is not { } moved)
                throw new InvalidOperationException(
                    $"{Name} has weights for ADR's terms, which need the model's latent and logits for x and for x'.");
            all.AddRange(AdrLoss.Terms(Weights, z, clean.Logits, moved, adversarial.Logits, batch.Labels));
        }
        var total = all.Select(term => term.Value).Aggregate((sum, value) => sum + value);
        return new BatchLoss(total, all.ToDictionary(term => term.Name, term => term.Value), clean, adversarial);
    }

    /// <summary>The value, which must be a finite number above 0.</summary>
    private protected static double Positive(
        double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number > 0.");

    private static JsonObject Describe(Attack attack)
    {
        var description = new JsonObject
        {
            ["name"] = attack.Name,
            ["norm"] = attack.Threat.Norm.ToString(),
            ["epsilon"] = attack.Threat.Epsilon,
            ["low"] = attack.Threat.Bounds.Low,
            ["high"] = attack.Threat.Bounds.High,
            ["steps"] = attack.Steps,
        };
        if (attack is not Pgd gradient)
        {
            description["settings"] = AttackSettings.Whole(attack);
            return description;
        }
        description["stepSize"] = gradient.StepSize;
        description["restarts"] = gradient.Restarts;
        description["keep"] = gradient.Keep.ToString();
        description["loss"] = gradient.Loss.ToString();
        description["start"] = gradient.Start.ToString();
        if (gradient.Momentum > 0) description["momentum"] = gradient.Momentum;
        return description;
    }
}

/// <summary>What a model gives for a batch of images.</summary>
/// <param name="Logits">[B,K].</param>
/// <param name="Latent">z [B,D]; null where the model is no <see cref="ILatentModel"/>.</param>
public sealed record Prediction(Tensor Logits, Tensor? Latent);

/// <summary>The loss of one batch. All tensors belong to the dispose scope in which it was computed.</summary>
/// <param name="Total">Scalar: the sum of the terms, to be differentiated.</param>
/// <param name="Terms">The summands by name, each multiplied by its weight.</param>
/// <param name="Clean">The prediction for x; null where the loss does not use x.</param>
/// <param name="Adversarial">The prediction for x'; null without an attack.</param>
public sealed record BatchLoss(
    Tensor Total,
    IReadOnlyDictionary<string, Tensor> Terms,
    Prediction? Clean,
    Prediction? Adversarial);

/// <summary>How the attack of one training step runs.</summary>
/// <param name="Epsilon">Its radius at this step, for images in [0,1]; the step size shrinks along with it.</param>
/// <param name="Seeds">Its noise, one index for each example.</param>
/// <param name="Cancellation">Stops it between two of its steps.</param>
/// <param name="Epoch">The epoch of this step, from 1.</param>
/// <param name="Perturbation">What the defence keeps from one step to the next; null where nobody keeps it.</param>
/// <param name="WeightDecay">The optimiser's, which AWP needs to know.</param>
public sealed record InnerAttack(
    double Epsilon,
    ExampleSeeds Seeds,
    CancellationToken Cancellation = default,
    int Epoch = 1,
    PersistentPerturbation? Perturbation = null,
    double WeightDecay = 0);

/// <summary>A tensor that a defence keeps from one step to the next, such as free training's δ. A checkpoint has it,
/// too.</summary>
public sealed class PersistentPerturbation : IDisposable
{
    /// <summary>The tensor that was put here last; null before.</summary>
    public Tensor? Value { get; private set; }

    /// <summary>The epoch in which it was put here; 0 before.</summary>
    public int Epoch { get; private set; }

    /// <summary>Takes a tensor over and frees the one before.</summary>
    /// <param name="value">Any tensor; it leaves its dispose scope.</param>
    /// <param name="epoch">The epoch of the step.</param>
    public void Put(Tensor value, int epoch)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value?.Dispose();
        (Value, Epoch) = (value.DetachFromDisposeScope(), epoch);
    }

    /// <summary>Frees the tensor.</summary>
    public void Dispose()
    {
        Value?.Dispose();
        Value = null;
    }
}
