using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>A network in the form that <see cref="Models.Classifier.Frozen"/> gave, where attacks expect a module.</summary>
internal sealed class StillNetwork(Func<Tensor, Tensor> logits) : nn.Module<Tensor, Tensor>(nameof(StillNetwork))
{
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return logits(images).MoveToOuterDisposeScope();
    }
}
