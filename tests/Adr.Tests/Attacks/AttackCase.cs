using Adr.Attacks;
using Adr.Models;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>A valid input of an attack: model, images, labels, threat, seed.</summary>
public sealed record AttackCase(
    TinyModels.Kind Kind, int Points, int Channels, int Height, int Width, int Classes,
    Norm Norm, double Epsilon, Bounds Bounds, int Seed)
{
    /// <summary>Any valid case, ε &gt; 0.</summary>
    public static Arbitrary<AttackCase> Any { get; } = Arb.From(
        from kind in Gen.Elements(TinyModels.Kinds)
        from points in Gen.Choose(1, 5)
        from channels in Gen.Elements(1, 3)
        from height in Gen.Choose(2, 6)
        from width in Gen.Choose(2, 6)
        from classes in Gen.Choose(2, 6)
        from norm in Gen.Elements(Norm.Linf, Norm.L2, Norm.L1)
        from epsilon in Gen.Elements(1e-4, 0.03, 8 / 255.0, 0.3, 1.0, 2.5)
        from bounds in Gen.Elements(Bounds.Unit, Bounds.Unit, new Bounds(-1, 1), new Bounds(-0.5, 3))
        from seed in Gen.Choose(0, 1_000_000)
        select new AttackCase(kind, points, channels, height, width, classes, norm, epsilon, bounds, seed));

    internal ThreatModel Threat => new(Norm, Epsilon, Bounds);

    internal long[] ImageShape => [Channels, Height, Width];

    /// <summary>Whether no pixel is at a bound. Default: a third of them are.</summary>
    internal bool IsInside { get; init; }

    /// <summary>[B,C,H,W] float: most pixels inside the box, some on its edges.</summary>
    internal Tensor Images
    {
        get
        {
            var beyond = (IsInside ? -0.1 : 0.25) * Bounds.Range;
            var wide = SplitMix.Tensor(
                7L * Seed + 1, Bounds.Low - beyond, Bounds.High + beyond, Points, Channels, Height, Width);
            return wide.clamp_(Bounds.Low, Bounds.High);
        }
    }

    internal Tensor Labels => SplitMix.Labels(7L * Seed + 2, Points, Classes);

    /// <summary>Points from anywhere in a data set.</summary>
    internal ExampleSeeds Seeds =>
        new(Seed, [.. SplitMix.Uniform(7L * Seed + 3, Points).Select((u, i) => (long)(u * 50_000) * 8 + i)]);

    /// <summary>In training mode: attacks must switch.</summary>
    internal Sequential Model() => TinyModels.Make(Kind, ImageShape, Classes, Seed);
}
