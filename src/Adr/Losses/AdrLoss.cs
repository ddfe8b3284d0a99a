using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

/// <summary>The terms that ADR adds to a classification loss: adversarial divergence reduction by local and global
/// compactness (Bui et al. 2020, section 3).</summary>
/// <remarks>
/// A classifier is h = g ∘ f, with the latent z = f(x) and the logits g(z). x' is an adversarial example of x, with the
/// latent z' and the logits of x'. B is the batch size, D the size of the latent, K the number of classes;
/// d(a, b) = mean_k |a_k − b_k|; p = softmax(logits); KL(p ‖ p') = Σ_k p_k log(p_k / p'_k);
/// H(p) = −Σ_k p_k log p_k; w_ij = 1 where y_i = y_j, and 1 − 1/s otherwise.
/// <code>
/// local compactness    λ_lc    mean_i  d(z_i, z'_i)
/// local smoothness     λ_vat   mean_i  KL(p_i ‖ p'_i)
/// global compactness   λ_gc    mean_ij w_ij d(z_j, z'_i)
/// global smoothness    λ_gs    mean_ij w_ij KL(p_j ‖ p'_i)
/// confidence           λ_conf  mean_i  H(p'_i)
/// </code>
/// The smoothness terms may have the cross-entropy CE(p, p') = −Σ_k p_k log p'_k in the place of the divergence (<see
/// cref="SmoothnessForm"/>). The gradient flows through every tensor that is given; <see
/// cref="CompactnessWeights.DetachLatent"/> stops it at z, and <see cref="CompactnessWeights.DetachLogits"/> at the
/// logits of x. All terms are scalars.
/// </remarks>
public static class AdrLoss
{
    /// <summary>The terms whose weight is not 0, each already multiplied by its weight.</summary>
    /// <param name="weights">λ_lc … λ_conf, the separation s, and whether the gradient stops at the clean side.</param>
    /// <param name="latent">z [B,D].</param>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLatent">z' [B,D].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="labels">y [B], int64.</param>
    /// <returns>Scalars with their terms' names, in the order of <see cref="CompactnessWeights"/>.</returns>
    /// <exception cref="ArgumentException">A shape or a weight is not as described.</exception>
    public static IReadOnlyList<(string Name, Tensor Value)> Terms(
        CompactnessWeights weights,
        Tensor latent,
        Tensor logits,
        Tensor adversarialLatent,
        Tensor adversarialLogits,
        Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.Validate();
        using var scope = NewDisposeScope();
        var z = weights.DetachLatent ? latent.detach() : latent;
        var l = weights.DetachLogits ? logits.detach() : logits;
        (string Name, double Weight, Func<Tensor> Value)[] terms =
        [
            ("LocalCompactness", weights.LocalCompactness, () => LocalCompactness(z, adversarialLatent)),
            ("LocalSmoothness", weights.LocalSmoothness,
                () => LocalSmoothness(l, adversarialLogits, weights.Smoothness)),
            ("GlobalCompactness", weights.GlobalCompactness,
                () => GlobalCompactness(z, adversarialLatent, labels, weights.Separation)),
            ("GlobalSmoothness", weights.GlobalSmoothness,
                () => GlobalSmoothness(l, adversarialLogits, labels, weights.Separation, weights.Smoothness)),
            ("Confidence", weights.Confidence, () => Confidence(adversarialLogits)),
        ];
        return [.. from term in terms
                   where term.Weight != 0
                   select (term.Name, (term.Weight * term.Value()).MoveToOuterDisposeScope())];
    }

    /// <summary>Local compactness: mean_i d(z_i, z'_i). It draws an adversarial example to its image.</summary>
    /// <param name="latent">z [B,D].</param>
    /// <param name="adversarialLatent">z' [B,D].</param>
    /// <returns>A scalar ≥ 0; 0 where z' = z.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor LocalCompactness(Tensor latent, Tensor adversarialLatent)
    {
        LossInput.SameMatrices(latent, adversarialLatent, "latents");
        using var scope = NewDisposeScope();
        return (latent - adversarialLatent).abs().mean().MoveToOuterDisposeScope();
    }

    /// <summary>Local smoothness, as in virtual adversarial training: mean_i KL(p_i ‖ p'_i), or
    /// mean_i CE(p_i, p'_i).</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="form">How p and p' are compared. Default: by KL divergence.</param>
    /// <returns>A scalar ≥ 0; by KL it is 0 where p' = p.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor LocalSmoothness(
        Tensor logits, Tensor adversarialLogits, SmoothnessForm form = SmoothnessForm.KullbackLeibler)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        if (form == SmoothnessForm.KullbackLeibler) return Loss.TradesDivergence(logits, adversarialLogits);
        using var scope = NewDisposeScope();
        var p = nn.functional.softmax(logits, 1);                                               // [B,K]
        var crossEntropy = -(p * nn.functional.log_softmax(adversarialLogits, 1)).sum(1);       // [B]
        return crossEntropy.mean().MoveToOuterDisposeScope();
    }

    /// <summary>Global compactness: mean_ij w_ij d(z_j, z'_i) over all B² pairs. It draws classes together.</summary>
    /// <param name="latent">z [B,D].</param>
    /// <param name="adversarialLatent">z' [B,D].</param>
    /// <param name="labels">y [B], int64; a batch of one class is fine.</param>
    /// <param name="separation">s in (0,1]; 0.99 gives w = −0.0101 for different labels, 1 gives 0.</param>
    /// <returns>A scalar; it may be negative.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described, or s is not in (0,1].</exception>
    public static Tensor GlobalCompactness(
        Tensor latent, Tensor adversarialLatent, Tensor labels, double separation = 0.99)
    {
        LossInput.SameMatrices(latent, adversarialLatent, "latents");
        using var scope = NewDisposeScope();
        var w = PairWeights(labels, separation, latent);                                        // [B,B]
        var distances = cdist(adversarialLatent, latent, p: 1) / latent.shape[1];               // [B,B]: d(z_j, z'_i)
        return (w * distances).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Global smoothness: mean_ij w_ij KL(p_j ‖ p'_i) over all B² pairs, or CE(p_j, p'_i) in its
    /// place.</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="labels">y [B], int64.</param>
    /// <param name="separation">s in (0,1].</param>
    /// <param name="form">How p and p' are compared. Default: by KL divergence.</param>
    /// <returns>A scalar; it may be negative.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described, or s is not in (0,1].</exception>
    public static Tensor GlobalSmoothness(
        Tensor logits,
        Tensor adversarialLogits,
        Tensor labels,
        double separation = 0.99,
        SmoothnessForm form = SmoothnessForm.KullbackLeibler)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var w = PairWeights(labels, separation, logits);                                        // [B,B]
        var p = nn.functional.softmax(logits, 1);                                               // [B,K]
        var crossEntropies = -nn.functional.log_softmax(adversarialLogits, 1).mm(p.t());        // [B,B]
        if (form == SmoothnessForm.KullbackLeibler) // KL(p_j ‖ p'_i) = CE(p_j, logits'_i) − H(p_j)
            crossEntropies += (p * nn.functional.log_softmax(logits, 1)).sum(1);                // [B,B] + [B]
        return (w * crossEntropies).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Confidence, the clustering assumption: mean_i H(p'_i) in nats, low where the model is sure.</summary>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <returns>A scalar in [0, ln K].</returns>
    /// <exception cref="ArgumentException">The shape is not as described.</exception>
    public static Tensor Confidence(Tensor adversarialLogits)
    {
        LossInput.Matrix(adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var logProbabilities = nn.functional.log_softmax(adversarialLogits, 1);                 // [B,K]
        return (-(logProbabilities.exp() * logProbabilities).sum(1)).mean().MoveToOuterDisposeScope();
    }

    // w_ij [B,B] in the type and on the device of values [B,…]
    private static Tensor PairWeights(Tensor labels, double separation, Tensor values)
    {
        LossInput.Labels(labels, values.shape[0]);
        Require.That(separation is > 0 and <= 1, separation,
            "The separation s must be in (0,1]; the authors' code has 0.99.");
        var different = labels.unsqueeze(1).ne(labels.unsqueeze(0)).to(values.dtype);
        return 1 - different / separation;
    }
}

/// <summary>How the smoothness terms compare p, the prediction for x, with p', the one for x'.</summary>
/// <remarks>CE(p, p') = KL(p ‖ p') + H(p). The gradient through p' is the same; the gradient through p differs: that of
/// the cross-entropy also lowers H(p), and so pays a network for being sure. With
/// <see cref="CompactnessWeights.DetachLogits"/> there is no gradient through p, and the two forms train
/// alike.</remarks>
public enum SmoothnessForm
{
    /// <summary>CE(p, p'). The authors' PyTorch code has it with p detached.</summary>
    CrossEntropy,

    /// <summary>KL(p ‖ p'), the default, as in the header of the authors' TensorFlow program.</summary>
    KullbackLeibler,
}

/// <summary>The weights of ADR's terms beside the classification loss (Bui et al. 2020, section 3.4).</summary>
/// <param name="LocalCompactness">λ_lc ≥ 0.</param>
/// <param name="LocalSmoothness">λ_vat ≥ 0.</param>
/// <param name="GlobalCompactness">λ_gc ≥ 0.</param>
/// <param name="GlobalSmoothness">λ_gs ≥ 0.</param>
/// <param name="Confidence">λ_conf ≥ 0.</param>
/// <param name="Separation">s in (0,1]: pairs of different classes weigh 1 − 1/s in the global terms.</param>
/// <param name="Smoothness">How the smoothness terms compare p with p'. Default: by KL divergence, which does not
/// reward confidence (docs/experiments.md, "How large the terms may be").</param>
/// <param name="DetachLatent">Whether the gradient of the compactness terms stops at z, as in the authors' code. It
/// does not by default: with the stop the latent grows without bound on MNIST.</param>
/// <param name="DetachLogits">Whether the gradient of the smoothness terms stops at the logits of x, as in the authors'
/// code. It does not by default.</param>
public sealed record CompactnessWeights(
    double LocalCompactness = 1,
    double LocalSmoothness = 1,
    double GlobalCompactness = 1,
    double GlobalSmoothness = 0,
    double Confidence = 1,
    double Separation = 0.99,
    SmoothnessForm Smoothness = SmoothnessForm.KullbackLeibler,
    bool DetachLatent = false,
    bool DetachLogits = false)
{
    /// <summary>As in the authors' PyTorch code and its scripts: all five terms, smoothness is a cross-entropy, and the
    /// gradient stops at z and at the logits of x.</summary>
    public static CompactnessWeights AuthorsCode { get; } =
        new(GlobalSmoothness: 1, Smoothness: SmoothnessForm.CrossEntropy, DetachLatent: true, DetachLogits: true);

    /// <summary>No terms: what remains is the baseline.</summary>
    public static CompactnessWeights None { get; } = new(0, 0, 0, 0, 0);

    internal bool AreAllZero =>
        (LocalCompactness, LocalSmoothness, GlobalCompactness, GlobalSmoothness, Confidence) == (0, 0, 0, 0, 0);

    /// <summary>Multiplies every weight by a share; nothing else changes.</summary>
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

    /// <summary>Throws unless all weights are finite and ≥ 0, the separation is in (0,1] and the form is one of the
    /// two.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        NotNegative(LocalCompactness);
        NotNegative(LocalSmoothness);
        NotNegative(GlobalCompactness);
        NotNegative(GlobalSmoothness);
        NotNegative(Confidence);
        Require.That(Separation is > 0 and <= 1, Separation, "The separation s must be in (0,1].");
        Require.That(Enum.IsDefined(Smoothness), Smoothness, "Expected CrossEntropy or KullbackLeibler.");
    }

    private static void NotNegative(double weight, [CallerArgumentExpression(nameof(weight))] string name = "") =>
        Require.That(weight >= 0 && double.IsFinite(weight), weight,
            "A weight must be a finite number ≥ 0; 0 turns the term off.", name);
}
