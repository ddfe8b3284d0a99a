using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>MART (Wang et al. 2020, eq. 11): a boosted cross-entropy of x', and a divergence that counts most where the
/// model is unsure of x; with weights the terms of ADR.</summary>
public sealed record Mart : Defence
{
    /// <summary>Trains on the adversarial examples of an attack.</summary>
    /// <param name="attack">Finds x'. The source's is <see cref="InnerAttackOf"/>.</param>
    /// <param name="beta">β &gt; 0, the weight of the divergence. Default 5, the paper's λ; 6 in the authors' code for
    /// WRN.</param>
    /// <param name="weights">The weights of ADR's terms; null, or all 0, for the baseline.</param>
    public Mart(Attack attack, double beta = 5, CompactnessWeights? weights = null) : base(attack, weights)
    {
        ArgumentNullException.ThrowIfNull(attack);
        Beta = Positive(beta);
    }

    /// <summary>"MART", or "ADR-MART" with weights.</summary>
    public override string Name => Weights is null ? "MART" : "ADR-MART";

    /// <summary>β, the weight of the divergence.</summary>
    public double Beta { get; }

    /// <summary>MART's inner attack: PGD on the cross-entropy from a Gaussian start of deviation 0.001.</summary>
    /// <param name="threat">The norm and the radius; 0.031 in the source.</param>
    /// <param name="steps">Default 10.</param>
    /// <param name="stepSize">For images in [0,1]; null for 2.5 ε/steps. 0.007 in the source.</param>
    /// <param name="start">Default: not projected before the first gradient, as in the source.</param>
    public static Pgd InnerAttackOf(ThreatModel threat, int steps = 10, double? stepSize = null,
        AttackStart start = AttackStart.UnprojectedGaussian) =>
        new(threat, steps, stepSize, start: start);

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var clean = Predict(model, batch.Images);
        var perturbed = Predict(model, adversarial!);
        return Sum(batch, clean, perturbed,
            ("BoostedCrossEntropy", Loss.BoostedCrossEntropy(perturbed.Logits, batch.Labels)),
            ("MartDivergence", Beta * Loss.MartDivergence(clean.Logits, perturbed.Logits, batch.Labels)));
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = base.Describe();
        description["beta"] = Beta;
        return description;
    }
}
