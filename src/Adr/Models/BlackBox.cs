using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A model of which only the output is known: any function from images to logits, such as a web
/// service.</summary>
/// <remarks>Score-based attacks and all evaluations of a classifier run on it. Its latent is its logits.</remarks>
public sealed class BlackBox : Classifier
{
    private readonly Func<Tensor, Tensor> _predict;

    /// <summary>Wraps the function.</summary>
    /// <param name="name">Its name in tables.</param>
    /// <param name="predict">From images [B,C,H,W] to logits [B,K]; no gradient is taken of it. Scores of which the
    /// largest wins are enough, but give logits where there are some: attacks use how close they are.</param>
    /// <param name="classes">The number of classes K, at least 2.</param>
    /// <param name="inputShape">The shape [C,H,W] of one image.</param>
    /// <param name="bounds">The box of valid pixel values; null for [0,1].</param>
    /// <exception cref="ArgumentException">The name, the classes, the shape or the bounds are not as
    /// described.</exception>
    public BlackBox(string name, Func<Tensor, Tensor> predict, int classes, long[] inputShape, Bounds? bounds = null)
        : base(name, classes, inputShape)
    {
        ArgumentNullException.ThrowIfNull(predict);
        _predict = predict;
        Bounds = bounds ?? Bounds.Unit;
        Bounds.Validate();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function did not return logits [B,K].</exception>
    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var answer = _predict(images.detach().clone()); // a copy: the function may work in place
        if (ModelFacts.ProblemOf(this, answer, images.shape[0], Classes) is { } problem)
            throw new InvalidOperationException(problem);
        var logits = answer.detach();
        return (logits.clone().MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
    }
}
