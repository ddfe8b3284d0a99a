using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>TRADES: CE(x) + β KL(p(x) ‖ p(x')) (Zhang et al. 2019, eq. 5), and with weights the terms of ADR.</summary>
public sealed record Trades : Defence
{
    /// <summary>Trains on the adversarial examples of an attack.</summary>
    /// <param name="attack">Finds x'. <see cref="Pgd.Trades"/> is the paper's inner maximisation.</param>
    /// <param name="beta">β &gt; 0: 1 on MNIST, 6 on CIFAR-10 in TRADES' own code.</param>
    /// <param name="weights">The weights of ADR's terms; null, or all 0, for the baseline.</param>
    public Trades(Attack attack, double beta = 1, CompactnessWeights? weights = null) : base(attack, weights)
    {
        ArgumentNullException.ThrowIfNull(attack);
        (Beta, PassesCleanTwice) = (Positive(beta), Weights is null);
    }

    /// <summary>"TRADES", or "ADR-TRADES" with weights.</summary>
    public override string Name => Weights is null ? "TRADES" : "ADR-TRADES";

    /// <summary>β, the weight of robustness against accuracy.</summary>
    public double Beta { get; }

    /// <summary>Whether x passes the network twice, once for either term, as in TRADES' own code: dropout then differs
    /// between the two, and batch norms move their moments twice. Default true; false with ADR's terms, as in the
    /// authors' code.</summary>
    public bool PassesCleanTwice { get; init; }

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var clean = Predict(model, batch.Images);
        var perturbed = Predict(model, adversarial!);
        var target = PassesCleanTwice ? Predict(model, batch.Images) : clean;
        return Sum(batch, clean, perturbed,
            ("CrossEntropy", Loss.CrossEntropy(clean.Logits, batch.Labels)),
            ("TradesDivergence", Beta * Loss.TradesDivergence(target.Logits, perturbed.Logits)));
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = base.Describe();
        description["beta"] = Beta;
        if (PassesCleanTwice) description["passesCleanTwice"] = true;
        return description;
    }
}
