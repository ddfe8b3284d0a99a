using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>TRADES: CE(x) + β KL(p(x) ‖ p(x')) (Zhang et al. 2019, eq. 5), and with weights the terms of ADR.</summary>
public sealed record Trades : Defence
{
    /// <summary>Trains against an attack.</summary>
    /// <param name="attack">Finds x': <see cref="Pgd.Trades"/> is the paper's inner maximisation.</param>
    /// <param name="beta">β &gt; 0: 1 on MNIST, 6 on CIFAR-10 in TRADES' own code.</param>
    /// <param name="weights">ADR's terms; null, or all 0, for the baseline.</param>
    public Trades(Attack attack, double beta = 1, CompactnessWeights? weights = null)
    {
        ArgumentNullException.ThrowIfNull(attack);
        if (!(beta > 0 && double.IsFinite(beta))) throw new ArgumentOutOfRangeException(nameof(beta), beta, "β must be a finite number > 0.");
        weights?.Validate();
        Attack = attack;
        Beta = beta;
        Weights = weights == CompactnessWeights.None ? null : weights;
    }

    /// <summary>"TRADES", or "ADR-TRADES" with weights.</summary>
    public override string Name => Weights is null ? "TRADES" : "ADR-TRADES";

    /// <inheritdoc/>
    public override Attack Attack { get; }

    /// <summary>β, the weight of robustness against accuracy.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public override CompactnessWeights? Weights { get; }

    /// <inheritdoc/>
    public override Defence WithWeights(CompactnessWeights weights) => new Trades(Attack, Beta, weights);

    /// <inheritdoc/>
    public override BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial)
    {
        var clean = model.Represent(batch.Images); // z [B,D], logits [B,K]
        var perturbed = model.Represent(adversarial!);
        return Sum(
        [
            ("CrossEntropy", Loss.CrossEntropy(clean.Logits, batch.Labels)),
            ("TradesDivergence", Beta * Loss.TradesDivergence(clean.Logits, perturbed.Logits)),
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
