using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A model of which nothing is known but its answers: any function from images to logits, such as a call to another process.</summary>
/// <remarks>Attacks that need no gradient work on it, and everything that evaluates a classifier. Its latent is its logits.</remarks>
public sealed class BlackBox : Classifier
{
    private readonly Func<Tensor, Tensor> _answer;

    /// <summary>Wraps the function.</summary>
    /// <param name="name">Its name in tables.</param>
    /// <param name="answer">From images [B,C,H,W] to logits [B,K]; no gradient is asked of it. Scores in which the largest wins will do, but give logits where there are some: attacks see how close they are.</param>
    /// <param name="classes">The number of classes K, at least 2.</param>
    /// <param name="inputShape">The shape [C,H,W] of one image.</param>
    /// <param name="bounds">The box of valid pixel values; null for [0,1].</param>
    /// <exception cref="ArgumentException">The name is empty, there are fewer than 2 classes, or shape or bounds are not valid.</exception>
    public BlackBox(string name, Func<Tensor, Tensor> answer, int classes, long[] inputShape, Bounds? bounds = null) : base(name, classes, inputShape)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
        Bounds = bounds ?? Bounds.Unit;
        Bounds.Validate();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function did not answer with logits [B,K].</exception>
    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var logits = _answer(images.detach()).detach();
        if (logits.shape.Length != 2 || logits.shape[0] != images.shape[0] || logits.shape[1] != Classes)
            throw new InvalidOperationException($"{Architecture} should answer {images.shape[0]} images with logits [{images.shape[0]},{Classes}], but its answer is [{string.Join(",", logits.shape)}].");
        return (logits.clone().MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
    }
}
