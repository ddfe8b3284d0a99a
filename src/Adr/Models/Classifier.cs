using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A model that also gives its latent z = f(x), where its logits are h(x) = g(f(x)).</summary>
/// <remarks>ADR's terms need the latent. Attacks, evaluations and other defences take any module without one.</remarks>
public interface ILatentModel
{
    /// <summary>The latent z = f(x) and the logits g(z) of a batch.</summary>
    /// <param name="images">[B,C,H,W], float, in the model's box of valid pixel values.</param>
    /// <returns>The latent [B,D] and the logits [B,K]. They may be the same tensor. The gradient with respect
    /// to the latent (<see cref="Evaluation.LossGradients"/>) exists only where the logits are computed from this very
    /// tensor, and not from the one that it is a copy of.</returns>
    (Tensor Latent, Tensor Logits) Represent(Tensor images);
}

/// <summary>A classifier h = g ∘ f that gives its latent z = f(x) (Bui et al. 2020, section 3.1).</summary>
/// <remarks>Normalisation belongs inside <see cref="Represent"/>: images are always pixel values in
/// <see cref="Bounds"/>.</remarks>
public abstract class Classifier : nn.Module<Tensor, Tensor>, ILatentModel
{
    /// <summary>Names the network and its input and output.</summary>
    /// <param name="name">The architecture's name, as shown in tables and stored in checkpoints.</param>
    /// <param name="classes">The number of classes K, at least 2.</param>
    /// <param name="inputShape">The shape [C,H,W] of one image.</param>
    /// <exception cref="ArgumentException">The name, the classes or the shape are not as described.</exception>
    protected Classifier(string name, int classes, long[] inputShape) : base(name)
    {
        NativeTorch.Load();
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(inputShape);
        if (classes < 2)
            throw new ArgumentException($"A classifier needs at least 2 classes, but got {classes}.", nameof(classes));
        if (inputShape.Length != 3 || inputShape.Any(size => size < 1))
            throw new ArgumentException($"The input shape must be [C,H,W] with positive sizes, but is "
                + $"[{string.Join(",", inputShape)}].", nameof(inputShape));
        (Architecture, Classes, InputShape) = (name, classes, [.. inputShape]);
    }

    /// <summary>Composes two modules into one that is an <see cref="ILatentModel"/>.</summary>
    /// <param name="features">f, from images [B,C,H,W]. Its output, flattened to [B,D], is the latent.</param>
    /// <param name="head">g, from the output of <paramref name="features"/> to logits [B,K].</param>
    /// <param name="name">The name in tables.</param>
    public static ComposedModel From(
        nn.Module<Tensor, Tensor> features, nn.Module<Tensor, Tensor> head, string name = "composed") =>
        new(features, head, name);

    /// <summary>The name of the network's architecture.</summary>
    public string Architecture { get; }

    /// <summary>The number of classes K.</summary>
    public int Classes { get; }

    /// <summary>The shape [C,H,W] of one image.</summary>
    public long[] InputShape { get; }

    /// <summary>The box of valid pixel values, [0,1] unless a subclass says otherwise.</summary>
    public Bounds Bounds { get; protected init; } = Bounds.Unit;

    /// <summary>The seed of the initial weights; null where they were drawn without a seed of the network.</summary>
    /// <remarks>A run folder of a seeded network refuses other initial weights. A run of any other network continues
    /// from its checkpoint, whatever the weights are now, because nobody could draw the same ones again.</remarks>
    public long? Seed { get; protected init; }

    /// <inheritdoc/>
    public abstract (Tensor Latent, Tensor Logits) Represent(Tensor images);

    /// <summary>The network as a function of images alone, in evaluation mode and for weights that do not change: the
    /// form that an attack runs many times between two training steps.</summary>
    /// <returns>A function from images [B,C,H,W] to logits [B,K], equal to <see cref="forward"/> but for rounding. Its
    /// tensors belong to the dispose scope that is open now. Null, the default, where the network has no such form;
    /// attacks then call the network itself.</returns>
    protected internal virtual Func<Tensor, Tensor>? Frozen() => null;

    /// <summary>The logits [B,K] of images [B,C,H,W].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope(); // frees the latent; autograd keeps what it needs of it
        return Represent(images).Logits.MoveToOuterDisposeScope();
    }
}

/// <summary>Two modules, one after the other; the output of the first, flattened, is the latent.</summary>
public sealed class ComposedModel : nn.Module<Tensor, Tensor>, ILatentModel
{
    // The parameters' names come from the fields'.
    private readonly nn.Module<Tensor, Tensor> features;
    private readonly nn.Module<Tensor, Tensor> head;

    internal ComposedModel(nn.Module<Tensor, Tensor> features, nn.Module<Tensor, Tensor> head, string name) : base(name)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (this.features, this.head) = (features, head);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        using var scope = NewDisposeScope();
        var logits = head.call(StagedClassifier.Split(features.call(images), out var latent));
        return (latent.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
    }

    /// <summary>The logits [B,K] of images [B,C,H,W].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head.call(features.call(images)).MoveToOuterDisposeScope();
    }
}

/// <summary>The box of valid pixel values [Low, High] of a model; [0, 1] for the library's networks.</summary>
/// <param name="Low">The smallest valid pixel value.</param>
/// <param name="High">The largest valid pixel value; greater than <paramref name="Low"/>.</param>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>The unit box [0, 1].</summary>
    public static Bounds Unit => new(0, 1);

    /// <summary>The width of the box, High − Low.</summary>
    public double Range => High - Low;

    /// <summary>Throws unless both ends are finite and Low &lt; High.</summary>
    /// <exception cref="ArgumentException">The box is empty or not finite.</exception>
    public void Validate()
    {
        if (!double.IsFinite(Low) || !double.IsFinite(High) || Low >= High)
            throw new ArgumentException(
                $"Bounds need finite Low < High, but are [{Low}, {High}]. Use Bounds.Unit for images in [0,1].");
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{Low}, {High}]";
}
