using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Reference;

/// <summary>A plain module around another: what is done to its images, and what to its logits.</summary>
internal sealed class Around : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _inner;
    private readonly Func<Tensor, Tensor> _before;
    private readonly Func<Tensor, Tensor> _after;

    internal Around(
        nn.Module<Tensor, Tensor> inner,
        Func<Tensor, Tensor>? before = null,
        Func<Tensor, Tensor>? after = null) : base("around")
    {
        (_inner, _before, _after) = (inner, before ?? (images => images), after ?? (logits => logits));
        register_module("inner", inner);
    }

    /// <summary>Takes its images as if they ran from −0.5 to 0.5; in place, so that it changes what it is
    /// given.</summary>
    internal static Around InPlace(nn.Module<Tensor, Tensor> inner) => new(inner, images => images.sub_(0.5f));

    /// <summary>The same function, written as it should be.</summary>
    internal static Around OutOfPlace(nn.Module<Tensor, Tensor> inner) => new(inner, images => images - 0.5f);

    /// <summary>The same function, whose answers without a gradient come in a tensor that the next one fills
    /// again.</summary>
    /// <param name="inner">The function.</param>
    /// <param name="scope">Where those tensors live.</param>
    internal static Around Reusing(nn.Module<Tensor, Tensor> inner, DisposeScope scope)
    {
        var answers = new Dictionary<long, Tensor>();
        return new(inner, after: logits =>
        {
            if (logits.requires_grad) return logits;
            if (!answers.TryGetValue(logits.shape[0], out var answer))
                answers[logits.shape[0]] = answer = empty_like(logits).MoveToOtherDisposeScope(scope);
            return answer.copy_(logits);
        });
    }

    public override Tensor forward(Tensor images) => _after(_inner.call(_before(images)));
}
