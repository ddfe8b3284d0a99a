using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A network that normalises its images first; attacks and evaluations see pixels in the network's own
/// box.</summary>
/// <remarks>Layers, latent, classes, box and seed are the inner network's. Parameters are named as RobustBench's
/// <c>normalize_model</c> has them: <c>normalize.mean</c>, <c>normalize.std</c>, and the inner network's below
/// <c>model.</c>. Its name is the inner one's with that of the normalisation: "resnet-18@cifar-10".</remarks>
public sealed class Normalized : StagedClassifier, INormalises
{
    private readonly nn.Module<Tensor, Tensor> _normalize;

    /// <summary>Wraps a network, which from now on belongs to this one.</summary>
    /// <param name="inner">A network that does not normalise by itself.</param>
    /// <param name="by">The mean and the standard deviation of each of its channels.</param>
    /// <exception cref="ArgumentException">The network has other channels, or normalises by itself.</exception>
    public Normalized(StagedClassifier inner, Normalisation by) : base(
        $"{(inner ?? throw new ArgumentNullException(nameof(inner))).Architecture}@"
            + (by ?? throw new ArgumentNullException(nameof(by))).Name,
        inner.Classes,
        inner.InputShape)
    {
        if (inner is INormalises)
            throw new ArgumentException($"{inner.Architecture} normalises its images by itself.", nameof(inner));
        if (by.Mean.Count != inner.InputShape[0])
            throw new ArgumentException($"{inner.Architecture} takes images of {inner.InputShape[0]} channels, and "
                + $"{by} are of {by.Mean.Count}.", nameof(by));
        (Inner, Normalisation, Bounds, Seed) = (inner, by, inner.Bounds, inner.Seed);
        _normalize = by.ToModule();
        register_module("normalize", _normalize);
        register_module("model", inner);
        var (first, latent) = (inner.AllStages[0], inner.LatentLayer);
        Chain([first with { Apply = images => first.Apply(_normalize.call(images)) }, .. inner.AllStages.Skip(1)],
            inner.DefaultLatentLayer);
        LatentLayer = latent;
    }

    /// <summary>The network without its normalisation.</summary>
    public StagedClassifier Inner { get; }

    /// <inheritdoc/>
    public Normalisation Normalisation { get; }

    // as in the networks inside
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor>? Frozen() =>
        Inner.Frozen() is { } logits ? images => logits(_normalize.call(images)) : null;
}

/// <summary>A network that normalises its images, by constants that are no weights.</summary>
internal interface INormalises
{
    /// <summary>The mean and the standard deviation of each channel.</summary>
    Normalisation Normalisation { get; }
}
