using Adr.Attacks;
using Adr.Data;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Samples;

/// <summary>Trains on the cross-entropy of x and on the margin of x'.</summary>
public sealed record MarginTraining(Attack Inner) : Defence(Inner)
{
    public override string Name => "Margin";

    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var (clean, perturbed) = (Predict(model, batch.Images), Predict(model, adversarial!));
        return Sum(batch, clean, perturbed,
            ("CrossEntropy", nn.functional.cross_entropy(clean.Logits, batch.Labels)),
            ("Margin", AttackLosses.Margin(perturbed.Logits, batch.Labels).clamp_min(-1).mean()));
    }
}
