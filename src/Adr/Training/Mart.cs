using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>MART: a boosted cross-entropy of x', and a divergence that counts most where the model is unsure of x (Wang et al. 2020, eq. 11); with weights the terms of ADR.</summary>
public sealed record Mart : Defence
{
    /// <summary>Trains against an attack.</summary>
    /// <param name="attack">Finds x': the source's is <see cref="InnerAttackOf"/>.</param>
    /// <param name="beta">β &gt; 0, the weight of the divergence. Default 5, the paper's λ; the authors' code has 6 for wide networks.</param>
    /// <param name="weights">ADR's terms; null, or all 0, for the baseline.</param>
    public Mart(Attack attack, double beta = 5, CompactnessWeights? weights = null)
    {
        ArgumentNullException.ThrowIfNull(attack);
        if (!(beta > 0 && double.IsFinite(beta))) throw new ArgumentOutOfRangeException(nameof(beta), beta, "β must be a finite number > 0.");
        weights?.Validate();
        (Attack, Beta, Weights) = (attack, beta, weights == CompactnessWeights.None ? null : weights);
    }

    /// <summary>MART's inner attack: PGD on the cross-entropy from a Gaussian start of deviation 0.001.</summary>
    /// <param name="threat">The norm and the radius; 0.031 in the source.</param>
    /// <param name="steps">Default 10.</param>
    /// <param name="stepSize">In [0,1] pixel units; null for 2.5 ε/steps. 0.007 in the source.</param>
    public static Pgd InnerAttackOf(ThreatModel threat, int steps = 10, double? stepSize = null) => new(threat, steps, stepSize, start: AttackStart.Gaussian);

    /// <summary>"MART", or "ADR-MART" with weights.</summary>
    public override string Name => Weights is null ? "MART" : "ADR-MART";

    /// <inheritdoc/>
    public override Attack Attack { get; }

    /// <summary>β, the weight of the divergence.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public override CompactnessWeights? Weights { get; }

    /// <inheritdoc/>
    public override Defence WithWeights(CompactnessWeights weights) => new Mart(Attack, Beta, weights);

    /// <inheritdoc/>
    public override BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial)
    {
        var clean = model.Represent(batch.Images); // z [B,D], logits [B,K]
        var perturbed = model.Represent(adversarial!);
        return Sum(
        [
            ("BoostedCrossEntropy", Loss.BoostedCrossEntropy(perturbed.Logits, batch.Labels)),
            ("MartDivergence", Beta * Loss.MartDivergence(clean.Logits, perturbed.Logits, batch.Labels)),
        ], batch.Labels, clean, perturbed);
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = base.Describe();
        description["beta"] = Beta;
        return description;
    }
}
