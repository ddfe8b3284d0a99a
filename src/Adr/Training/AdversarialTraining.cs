using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>CE(x) + CE(x'), and with weights the terms of ADR (Bui et al. 2020, section 3.4).</summary>
/// <remarks>Madry et al. (2018) train on CE(x') alone (<see cref="MadryTraining"/>); the authors' baseline ADV keeps
/// CE(x). The authors' PyTorch code adds the two as they are, their TensorFlow code half of each, so that the terms
/// count twice as much there: <see cref="CrossEntropyWeight"/>.</remarks>
public sealed record AdversarialTraining : Defence
{
    private readonly double _crossEntropyWeight = 1;

    /// <summary>Trains on the adversarial examples of an attack.</summary>
    /// <param name="attack">Finds x', commonly <see cref="Pgd"/>.</param>
    /// <param name="weights">The weights of ADR's terms; null, or all 0, for the baseline.</param>
    public AdversarialTraining(Attack attack, CompactnessWeights? weights = null) : base(attack, weights) =>
        ArgumentNullException.ThrowIfNull(attack);

    /// <summary>"ADV", or "ADR-ADV" with weights.</summary>
    public override string Name => Weights is null ? "ADV" : "ADR-ADV";

    /// <summary>What each of the two cross-entropies is multiplied by, above 0. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no finite number above 0.</exception>
    public double CrossEntropyWeight
    {
        get => _crossEntropyWeight;
        init => _crossEntropyWeight = Positive(value, nameof(CrossEntropyWeight));
    }

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var clean = Predict(model, batch.Images);
        var perturbed = Predict(model, adversarial!);
        return Sum(batch, clean, perturbed,
            ("CrossEntropy", Weighted(Loss.CrossEntropy(clean.Logits, batch.Labels))),
            ("AdversarialCrossEntropy", Weighted(Loss.CrossEntropy(perturbed.Logits, batch.Labels))));
    }

    /// <inheritdoc/>
    public override JsonObject Describe()
    {
        var description = base.Describe();
        if (CrossEntropyWeight != 1) description["crossEntropyWeight"] = CrossEntropyWeight;
        return description;
    }

    private Tensor Weighted(Tensor loss) => CrossEntropyWeight == 1 ? loss : CrossEntropyWeight * loss;
}
