using Adr.Attacks;
using Adr.Data;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Samples;

/// <summary>Trains on the cross-entropy of x and on the margin of x'.</summary>
public sealed record MarginTraining(Attack Inner) : Defence
{
    public override string Name => "Margin";

    public override Attack Attack => Inner;

    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var (clean, perturbed) = (model.call(batch.Images), model.call(adversarial!));
        return BatchLoss.Sum(
            [
                ("CrossEntropy", nn.functional.cross_entropy(clean, batch.Labels)),
                ("Margin", AttackLosses.Margin(perturbed, batch.Labels).clamp_min(-1).mean()),
            ], clean, perturbed);
    }
}
