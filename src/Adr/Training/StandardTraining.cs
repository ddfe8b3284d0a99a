using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>No defence: CE(x). The baseline that every attack breaks.</summary>
public sealed record StandardTraining : Defence
{
    /// <inheritdoc/>
    public override string Name => "Standard";

    /// <inheritdoc/>
    public override BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial)
    {
        var (latent, logits) = model.Represent(batch.Images);
        var loss = Loss.CrossEntropy(logits, batch.Labels);
        return new BatchLoss(loss, new Dictionary<string, Tensor> { ["CrossEntropy"] = loss }, logits, null, latent, null);
    }
}
