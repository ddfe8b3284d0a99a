using Adr.Data;
using Adr.Losses;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>No defence: CE(x). The baseline, which every attack fools.</summary>
public sealed record StandardTraining : Defence
{
    /// <inheritdoc/>
    public override string Name => "Standard";

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var clean = Predict(model, batch.Images);
        return Sum(batch, clean, null, ("CrossEntropy", Loss.CrossEntropy(clean.Logits, batch.Labels)));
    }
}
