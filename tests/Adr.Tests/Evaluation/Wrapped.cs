using Adr.Models;
using Adr.Tests.Reference;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>The trained model of <see cref="EvaluationCase"/> with something before and after it. [B,1,6,6], 3
/// classes.</summary>
internal sealed class Wrapped : Classifier
{
    private readonly TinyClassifier _inner = EvaluationCase.Model();
    private readonly Func<Tensor, Tensor> _before;
    private readonly Func<Tensor, Tensor> _after;

    internal Wrapped(string name, Func<Tensor, Tensor>? before = null, Func<Tensor, Tensor>? after = null)
        : base(name, 3, [1, 6, 6])
    {
        (_before, _after) = (before ?? (images => images), after ?? (logits => logits));
        register_module("inner", _inner);
    }

    /// <summary>Sees 8 grey levels: the gradient through the rounding is zero.</summary>
    internal static Wrapped Quantised() => new("quantised", before: images => (images * 7).round() / 7);

    /// <summary>So sure of itself that float32 has no gradient of cross-entropy left.</summary>
    internal static Wrapped Saturated() => new("saturated", after: logits => logits * 1e4);

    /// <summary>Gives the same answer to every image.</summary>
    internal static Wrapped Blind() => new("blind", before: images => images * 0);

    /// <summary>Ends with a softmax.</summary>
    internal static Wrapped Probabilities() => new("probabilities", after: logits => logits.softmax(1));

    /// <summary>Leaves autograd.</summary>
    internal static Wrapped Detached() => new("detached", before: images => images.detach());

    /// <summary>NaN where a class is 3 or more behind the first.</summary>
    internal static Wrapped NotFinite() =>
        new("not-finite", after: logits => (logits - logits.amax([1L], true) + 3).log());

    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        var (latent, logits) = _inner.Represent(_before(images));
        return (latent, _after(logits));
    }
}
