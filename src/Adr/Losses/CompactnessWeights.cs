using static TorchSharp.torch;

namespace Adr.Losses;

/// <summary>How much each of ADR's terms counts beside the classification loss (Bui et al. 2020, section 3.4).</summary>
/// <param name="LocalCompactness">λ_lc ≥ 0.</param>
/// <param name="LocalSmoothness">λ_vat ≥ 0.</param>
/// <param name="GlobalCompactness">λ_gc ≥ 0.</param>
/// <param name="GlobalSmoothness">λ_gs ≥ 0.</param>
/// <param name="Confidence">λ_conf ≥ 0.</param>
/// <param name="Separation">s in (0,1]: different classes weigh 1 − 1/s in the global terms.</param>
/// <param name="DetachClean">Whether the gradient stops at the clean side (z, logits), as in the authors' code. Off by default: with it the latent runs away on MNIST.</param>
public sealed record CompactnessWeights(
    double LocalCompactness = 1, double LocalSmoothness = 1, double GlobalCompactness = 1,
    double GlobalSmoothness = 0, double Confidence = 1, double Separation = 0.99, bool DetachClean = false)
{
    /// <summary>The authors' setting: weights 1 but global smoothness 0, the clean side detached.</summary>
    public static CompactnessWeights Paper { get; } = new(DetachClean: true);

    /// <summary>All terms off: what remains is the baseline.</summary>
    public static CompactnessWeights None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>Every weight times a share; the separation and the clean side are as they were.</summary>
    /// <param name="weights">The full weights.</param>
    /// <param name="share">At least 0; 1 changes nothing.</param>
    public static CompactnessWeights operator *(CompactnessWeights weights, double share)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights with
        {
            LocalCompactness = weights.LocalCompactness * share,
            LocalSmoothness = weights.LocalSmoothness * share,
            GlobalCompactness = weights.GlobalCompactness * share,
            GlobalSmoothness = weights.GlobalSmoothness * share,
            Confidence = weights.Confidence * share,
        };
    }

    /// <summary>Throws unless all weights are finite and ≥ 0 and the separation is in (0,1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        Require(LocalCompactness, nameof(LocalCompactness));
        Require(LocalSmoothness, nameof(LocalSmoothness));
        Require(GlobalCompactness, nameof(GlobalCompactness));
        Require(GlobalSmoothness, nameof(GlobalSmoothness));
        Require(Confidence, nameof(Confidence));
        if (Separation is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Separation), Separation, "The separation s must be in (0,1].");
    }

    /// <summary>The terms whose weight is not 0, each already multiplied by it.</summary>
    /// <param name="latent">z [B,D].</param>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLatent">z' [B,D].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="labels">y [B], int64.</param>
    /// <returns>Scalars by the term's name, in the order of this record; empty where all weights are 0.</returns>
    public IReadOnlyList<(string Name, Tensor Value)> Terms(Tensor latent, Tensor logits, Tensor adversarialLatent, Tensor adversarialLogits, Tensor labels)
    {
        Validate();
        using var scope = NewDisposeScope();
        var (z, l) = DetachClean ? (latent.detach(), logits.detach()) : (latent, logits);
        var terms = new List<(string, Tensor)>();
        Add(nameof(LocalCompactness), LocalCompactness, () => Loss.LocalCompactness(z, adversarialLatent));
        Add(nameof(LocalSmoothness), LocalSmoothness, () => Loss.LocalSmoothness(l, adversarialLogits));
        Add(nameof(GlobalCompactness), GlobalCompactness, () => Loss.GlobalCompactness(z, adversarialLatent, labels, Separation));
        Add(nameof(GlobalSmoothness), GlobalSmoothness, () => Loss.GlobalSmoothness(l, adversarialLogits, labels, Separation));
        Add(nameof(Confidence), Confidence, () => Loss.Confidence(adversarialLogits));
        return terms;

        void Add(string name, double weight, Func<Tensor> value)
        {
            if (weight != 0) terms.Add((name, (weight * value()).MoveToOuterDisposeScope()));
        }
    }

    private static void Require(double weight, string name)
    {
        if (!double.IsFinite(weight) || weight < 0)
            throw new ArgumentOutOfRangeException(name, weight, "A weight must be a finite number ≥ 0; 0 turns the term off.");
    }
}
