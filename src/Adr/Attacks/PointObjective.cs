using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>A model, and the loss that an attack increases on it: asked at candidates, it answers with each point's own gradient, and counts.</summary>
internal sealed class PointObjective(nn.Module<Tensor, Tensor> model, PointLoss loss, AttackCost cost)
{
    /// <summary>That of some of the points; its tensors go to the scope outside the open one.</summary>
    /// <param name="positions">Where they stand among these [b].</param>
    internal PointObjective Select(Tensor positions) => new(model, loss.Select(positions), cost);

    /// <summary>Gradient, losses and logits at candidates [b,C,H,W].</summary>
    /// <param name="candidate">[b,C,H,W].</param>
    /// <param name="samples">How often the model is asked; the gradient is the mean, for models that answer at random. Losses and logits are the last.</param>
    internal Ascent Ascend(Tensor candidate, int samples = 1)
    {
        using var scope = NewDisposeScope();
        var ascent = Once(candidate);
        if (samples > 1)
        {
            var gradient = ascent.Gradient;
            for (var sample = 1; sample < samples; sample++)
            {
                ascent = Once(candidate);
                gradient.add_(ascent.Gradient);
            }
            ascent = ascent with { Gradient = gradient.div_(samples) };
        }
        return new Ascent(ascent.Gradient.MoveToOuterDisposeScope(), ascent.Losses.MoveToOuterDisposeScope(), ascent.Logits.MoveToOuterDisposeScope());
    }

    /// <summary>The logits at candidates [b,C,H,W]: [b,K].</summary>
    internal Tensor Logits(Tensor candidate) => cost.Ask(model, candidate);

    private Ascent Once(Tensor candidate)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        cost.CountGradient(candidate.shape[0]);
        var (delta, logits) = DifferentiableLook.At(model, candidate, cost);
        var losses = loss.At(logits);
        // the gradient of the sum: to each point that of its own loss
        var gradient = Gradients.Of(losses.sum(), delta);
        return new Ascent(gradient.MoveToOuterDisposeScope(), losses.detach().MoveToOuterDisposeScope(), logits.detach().MoveToOuterDisposeScope());
    }
}

/// <summary>What a model answered at candidates.</summary>
/// <param name="Gradient">[b,C,H,W]: for each point that of its own loss.</param>
/// <param name="Losses">[b].</param>
/// <param name="Logits">[b,K].</param>
internal sealed record Ascent(Tensor Gradient, Tensor Losses, Tensor Logits);
