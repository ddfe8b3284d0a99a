using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>Confidence (the clustering assumption): mean_i H(softmax(logits'_i)), the entropy in nats; low where the model is sure.</summary>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <returns>A scalar in [0, ln K].</returns>
    /// <exception cref="ArgumentException">The shape is not as described.</exception>
    public static Tensor Confidence(Tensor adversarialLogits)
    {
        LossInput.Matrix(adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var logProbabilities = nn.functional.log_softmax(adversarialLogits, 1);
        return (-(logProbabilities.exp() * logProbabilities).sum(1)).mean().MoveToOuterDisposeScope();
    }
}
