using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>How a batch becomes a loss: what the model is shown, and what it is asked for.</summary>
/// <remarks>To add one, derive, give it a <see cref="Name"/> and implement <see cref="Assess"/> as a sum of named terms.</remarks>
public abstract record Defence
{
    /// <summary>What tables call it, such as "ADV" or "ADR-TRADES".</summary>
    public abstract string Name { get; }

    /// <summary>The attack trained against, at its full ε; null where there is none.</summary>
    public virtual Attack? Attack => null;

    /// <summary>The weights of the paper's terms; null where there are none.</summary>
    public virtual CompactnessWeights? Weights => null;

    /// <summary>The same defence with other weights of the paper's terms.</summary>
    /// <param name="weights">At least one of them above 0.</param>
    /// <exception cref="NotSupportedException">The defence has no such terms; one that is derived, and has them, overrides this.</exception>
    public virtual Defence WithWeights(CompactnessWeights weights) =>
        throw new NotSupportedException($"{Name} has no terms that could be weighted: WithWeights is not overridden.");

    /// <summary>How many steps the optimiser takes on each batch. Default 1.</summary>
    public virtual int Replays => 1;

    /// <summary>The images x' that the model is shown beside x, [B,C,H,W]; null where there are none. The attack runs in evaluation mode.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">How the attack runs at this step.</param>
    public virtual Tensor? Perturb(Classifier model, Batch batch, InnerAttack inner) =>
        Attack?.ScaledTo(inner.Epsilon).PerturbUnchecked(model, batch.Images, batch.Labels, inner.Seeds, inner.Cancellation, inner.Type);

    /// <summary>The loss of a batch whose x' is known. The model is in training mode.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="adversarial">What <see cref="Perturb(Classifier, Batch, InnerAttack)"/> gave, [B,C,H,W] or null.</param>
    public abstract BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial);

    /// <summary>Attacks the batch and computes the loss.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">How the attack runs at this step.</param>
    public virtual BatchLoss Compute(Classifier model, Batch batch, InnerAttack inner) => Assess(model, batch, Perturb(model, batch, inner));

    /// <summary>The loss of a batch, and its gradient.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batch">On the model's device.</param>
    /// <param name="inner">How the attack runs at this step.</param>
    /// <param name="parameters">By what is differentiated.</param>
    /// <returns>The loss, and one gradient per parameter.</returns>
    public virtual (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(Classifier model, Batch batch, InnerAttack inner, IReadOnlyList<(string Name, TorchSharp.Modules.Parameter Parameter)> parameters)
    {
        var loss = Compute(model, batch, inner);
        return (loss, Gradients.Of(loss.Total, parameters.Select(p => (p.Name, (Tensor)p.Parameter))));
    }

    /// <summary>Every setting that decides what is computed, for a run's config.json.</summary>
    public virtual JsonObject Describe() => new()
    {
        ["name"] = Name,
        ["attack"] = Attack is { } attack ? Describe(attack) : null,
        ["weights"] = Weights is { } weights ? System.Text.Json.JsonSerializer.SerializeToNode(weights, Json.Compact) : null,
    };

    /// <summary>The classification terms and those of the weights, summed.</summary>
    private protected BatchLoss Sum(List<(string Name, Tensor Value)> terms, Tensor labels, (Tensor Latent, Tensor Logits) clean, (Tensor Latent, Tensor Logits) adversarial)
    {
        if (Weights is not null) terms.AddRange(AdrLoss.Terms(Weights, clean.Latent, clean.Logits, adversarial.Latent, adversarial.Logits, labels));
        var total = terms.Select(term => term.Value).Aggregate((sum, value) => sum + value);
        return new BatchLoss(total, terms.ToDictionary(term => term.Name, term => term.Value), clean.Logits, adversarial.Logits, clean.Latent, adversarial.Latent);
    }

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
        if (attack is not GradientAttack gradient) return description;
        description["stepSize"] = gradient.StepSize;
        description["restarts"] = gradient.Restarts;
        description["keep"] = gradient.Keep.ToString();
        description["loss"] = gradient.Loss.ToString();
        description["start"] = gradient.Start.ToString();
        return description;
    }
}
