using Adr.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Reference;

/// <summary>Small networks for the laws: fast, deterministic, and between them every kind of layer that matters to an
/// attack.</summary>
public static class TinyModels
{
    public enum Kind
    {
        /// <summary>One fully connected layer: its worst case is known in closed form.</summary>
        Linear,

        /// <summary>Two fully connected layers with dropout between.</summary>
        Mlp,

        /// <summary>Convolution, batch normalisation, pooling, dropout: what differs between training and evaluation
        /// mode.</summary>
        Cnn,
    }

    internal static readonly Kind[] Kinds = [Kind.Linear, Kind.Mlp, Kind.Cnn];

    /// <summary>A model in training mode, with weights from the seed.</summary>
    internal static Sequential Make(Kind kind, long[] image, int classes, long seed)
    {
        var inputs = image.Aggregate(1L, (product, size) => product * size);
        var model = kind switch
        {
            Kind.Linear => nn.Sequential(("flat", nn.Flatten()), ("last", nn.Linear(inputs, classes))),
            Kind.Mlp => nn.Sequential(("flat", nn.Flatten()), ("hidden", nn.Linear(inputs, 12)), ("relu", nn.ReLU()),
                ("drop", nn.Dropout(0.5)), ("last", nn.Linear(12, classes))),
            _ => nn.Sequential(
                ("conv", nn.Conv2d(image[0], 4, 3, padding: 1)), ("norm", nn.BatchNorm2d(4)), ("relu", nn.ReLU()),
                    ("pool", nn.MaxPool2d(2)),
                ("flat", nn.Flatten()), ("drop", nn.Dropout(0.5)),
                    ("last", nn.Linear(4 * (image[1] / 2) * (image[2] / 2), classes))),
        };
        return SplitMix.Fill(model, seed);
    }
}

/// <summary>TinyCnn of tests/reference/adr_reference.py: [B,1,6,6], latent [B,16], 3 classes.</summary>
internal sealed class TinyClassifier : Classifier
{
    private readonly Conv2d _conv = nn.Conv2d(1, 4, 3);
    private readonly Linear _hidden = nn.Linear(16, 8);
    private readonly Linear _last = nn.Linear(8, 3);

    internal TinyClassifier(long seed) : base("tiny-cnn", 3, [1, 6, 6])
    {
        register_module("conv", _conv);
        register_module("hidden", _hidden);
        register_module("last", _last);
        SplitMix.Fill(this, seed);
    }

    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        var latent = nn.functional.max_pool2d(_conv.call(images).relu(), 2).flatten(1); // [B,16]
        return (latent, _last.call(_hidden.call(latent).relu()));                       // [B,3]
    }
}

/// <summary>TinyNormCnn of tests/reference/adr_reference.py, with batch norm: [B,1,6,6], latent [B,16], 3
/// classes.</summary>
internal sealed class TinyNormClassifier : Classifier
{
    private readonly Conv2d _conv = nn.Conv2d(1, 4, 3, bias: false);
    private readonly BatchNorm2d _norm = nn.BatchNorm2d(4);
    private readonly Linear _last = nn.Linear(16, 3);

    internal TinyNormClassifier(long seed) : base("tiny-norm-cnn", 3, [1, 6, 6])
    {
        register_module("conv", _conv);
        register_module("norm", _norm);
        register_module("last", _last);
        SplitMix.Fill(this, seed);
    }

    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        var latent = nn.functional.max_pool2d(_norm.call(_conv.call(images)).relu(), 2).flatten(1); // [B,16]
        return (latent, _last.call(latent));                                                        // [B,3]
    }
}

/// <summary>A classifier that answers otherwise in training mode: batch normalisation and dropout. [B,1,6,6], latent
/// [B,36], 3 classes.</summary>
internal sealed class NoisyClassifier : Classifier
{
    private readonly BatchNorm2d _norm = nn.BatchNorm2d(1);
    private readonly Dropout _drop = nn.Dropout(0.5);
    private readonly Linear _last = nn.Linear(36, 3);

    internal NoisyClassifier(long seed) : base("noisy", 3, [1, 6, 6])
    {
        register_module("norm", _norm);
        register_module("drop", _drop);
        register_module("last", _last);
        SplitMix.Fill(this, seed);
    }

    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        var latent = _norm.call(images).flatten(1);            // [B,36]
        return (latent, _last.call(_drop.call(latent)));       // [B,3]
    }
}
