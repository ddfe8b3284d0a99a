using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The gradient of each image's cross-entropy with respect to the image x, and to its latent z.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Positions">Where each image stands in it (<see cref="Data.Dataset.Positions"/>).</param>
/// <param name="Images">For each image the C · H · W numbers of ∂CE/∂x.</param>
/// <param name="Latents">For each image the D numbers of ∂CE/∂z.</param>
public sealed record LossGradients(
    string Model,
    string DataSet,
    IReadOnlyList<long> Positions,
    IReadOnlyList<float[]> Images,
    IReadOnlyList<float[]> Latents)
{
    /// <summary>Computes both gradients of every image. All of them are held in memory.</summary>
    /// <param name="evaluator">A model that gives its latent (<see cref="ILatentModel"/>), and the images.</param>
    /// <exception cref="ArgumentException">The model gives no latent.</exception>
    /// <exception cref="InvalidOperationException">The logits are not finite, or are not computed from the images by
    /// way of the latent.</exception>
    public static LossGradients Evaluate(Evaluator evaluator)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        ModelFacts.Latent(evaluator.Model);
        var (ofImages, ofLatents) = (new List<float[]>(), new List<float[]>());
        foreach (var (images, labels, _) in evaluator.Batches("gradients", null))
        {
            using var grad = enable_grad();
            var x = images.clone().requires_grad_(true);
            var (latent, logits) = ModelFacts.Represent(evaluator.Model, x);
            if (latent.requires_grad)
                latent.retain_grad(); // it is no leaf
            else if (logits.requires_grad)
                throw new InvalidOperationException($"The latent of {evaluator.Name} is detached. Its logits must be "
                    + "computed from the images by way of the latent that it gives.");
            // of the sum each image's own, since in evaluation mode no other image moves its logits
            var loss = nn.functional.cross_entropy(evaluator.Finite(logits, "logits"), labels,
                reduction: nn.Reduction.Sum);
            var gradients = Gradients.Of(loss, [("the images", x), ("the latents", latent)]);
            ofImages.AddRange(Rows(gradients[0]));
            ofLatents.AddRange(Rows(gradients[1]));
        }
        return new LossGradients(evaluator.Name, evaluator.Data.Name, evaluator.Data.Positions, ofImages, ofLatents);
    }

    private static IEnumerable<float[]> Rows(Tensor gradient)
    {
        var rows = gradient.flatten(1).to(ScalarType.Float32).cpu(); // [B,·]
        return rows.contiguous().Values<float>().Chunk((int)rows.shape[1]);
    }
}
