using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A classifier h = g ∘ f that also gives its latent z = f(x) (Bui et al. 2020, section 3.1).</summary>
/// <remarks>Normalisation, where a network needs it, happens inside <see cref="Represent"/>: images are always pixel values in <see cref="Bounds"/>.</remarks>
public abstract class Classifier : nn.Module<Tensor, Tensor>
{
    /// <summary>Names the network and its input and output.</summary>
    /// <param name="name">The architecture's name, as shown in tables and stored in checkpoints.</param>
    /// <param name="classes">The number of classes K, at least 2.</param>
    /// <param name="inputShape">The shape [C,H,W] of one image.</param>
    /// <exception cref="ArgumentException">The name is empty, there are fewer than 2 classes, or the shape is not three positive sizes.</exception>
    protected Classifier(string name, int classes, long[] inputShape) : base(name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(inputShape);
        if (classes < 2) throw new ArgumentException($"A classifier needs at least 2 classes, but got {classes}.", nameof(classes));
        if (inputShape.Length != 3 || inputShape.Any(size => size < 1))
            throw new ArgumentException($"The input shape must be [C,H,W] with positive sizes, but is [{string.Join(",", inputShape)}].", nameof(inputShape));
        (Architecture, Classes, InputShape) = (name, classes, [.. inputShape]);
    }

    /// <summary>The name of the network's architecture.</summary>
    public string Architecture { get; }

    /// <summary>The number of classes K.</summary>
    public int Classes { get; }

    /// <summary>The shape [C,H,W] of one image.</summary>
    public long[] InputShape { get; }

    /// <summary>The box of valid pixel values, [0,1] unless a subclass says otherwise.</summary>
    public Bounds Bounds { get; protected init; } = Bounds.Unit;

    /// <summary>The latent z = f(x) and the logits g(z) of a batch.</summary>
    /// <param name="images">[B,C,H,W], float, in <see cref="Bounds"/>.</param>
    /// <returns>The latent [B,D] and the logits [B,K].</returns>
    public abstract (Tensor Latent, Tensor Logits) Represent(Tensor images);

    /// <summary>The network as a function of images alone, in evaluation mode, for weights that stand still: what an attack runs, many times between two training steps.</summary>
    /// <param name="type">Float32 or BFloat16, the type to compute in; images and logits are float32 in both.</param>
    /// <returns>
    /// A function from images [B,C,H,W] to logits [B,K], the same as <see cref="forward"/> but for rounding; its tensors belong to the dispose scope that is open now.
    /// Null where the network has no such form in this type, as by default: attacks then call the network itself.
    /// </returns>
    protected internal virtual Func<Tensor, Tensor>? Still(ScalarType type) => null;

    /// <summary>The logits [B,K] of images [B,C,H,W].</summary>
    public override Tensor forward(Tensor images)
    {
        var (latent, logits) = Represent(images);
        latent.Dispose(); // autograd keeps what it needs of it
        return logits;
    }
}
