using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;

namespace Adr.Training;

/// <summary>Adversarial training as the paper has it: CE(x) + CE(x'), and with weights the terms of ADR (Bui et al. 2020, section 3.4).</summary>
/// <remarks>Madry et al. (2018) train on CE(x') alone; the paper's baseline ADV keeps CE(x).</remarks>
public sealed record AdversarialTraining : Defence
{
    /// <summary>Trains against an attack.</summary>
    /// <param name="attack">Finds x', commonly <see cref="Pgd"/>.</param>
    /// <param name="weights">The paper's terms; null, or all 0, for the baseline.</param>
    public AdversarialTraining(Attack attack, CompactnessWeights? weights = null)
    {
        ArgumentNullException.ThrowIfNull(attack);
        weights?.Validate();
        Attack = attack;
        Weights = weights == CompactnessWeights.None ? null : weights;
    }

    /// <summary>"ADV", or "ADR-ADV" with weights.</summary>
    public override string Name => Weights is null ? "ADV" : "ADR-ADV";

    /// <inheritdoc/>
    public override Attack Attack { get; }

    /// <inheritdoc/>
    public override CompactnessWeights? Weights { get; }

    /// <inheritdoc/>
    public override BatchLoss Compute(Classifier model, Batch batch, InnerAttack inner)
    {
        var perturbed = Perturb(model, batch, inner); // [B,C,H,W]
        var clean = model.Represent(batch.Images);                           // z [B,D], logits [B,K]
        var adversarial = model.Represent(perturbed);
        return Sum(
        [
            ("CrossEntropy", Loss.CrossEntropy(clean.Logits, batch.Labels)),
            ("AdversarialCrossEntropy", Loss.CrossEntropy(adversarial.Logits, batch.Labels)),
        ], batch.Labels, clean, adversarial);
    }
}
