using Adr.Attacks;
using Adr.Data;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

[Properties(Arbitrary = [typeof(CropAndFlipTests.Case)])]
public static class CropAndFlipTests
{
    /// <summary>A batch of images, and by how much they are shifted.</summary>
    public sealed record Case(int Count, int Channels, int Height, int Width, int Padding, bool Flip, int Seed)
    {
        public static Arbitrary<Case> Any { get; } = Arb.From(
            from count in Gen.Choose(1, 4)
            from channels in Gen.Elements(1, 3)
            from height in Gen.Choose(1, 6)
            from width in Gen.Choose(1, 6)
            from padding in Gen.Choose(0, 4)
            from flip in Gen.Elements(true, false)
            from seed in Gen.Choose(0, 100_000)
            select new Case(count, channels, height, width, padding, flip, seed));

        internal Tensor Images => SplitMix.Tensor(Seed, 0.1, 0.9, Count, Channels, Height, Width);

        internal ExampleSeeds Seeds => new(Seed, [.. Enumerable.Range(0, Count).Select(i => 7L * i + Seed % 5)]);

        internal CropAndFlip Augmentation => new() { Padding = Padding, Flip = Flip };
    }

    [Law]
    public static void Every_image_is_one_of_its_own_shifts_or_mirrored_shifts(Case sample)
    {
        using var scope = NewDisposeScope();
        var images = sample.Images;
        var result = sample.Augmentation.Apply(images, sample.Seeds);
        Assert.Equal(images.shape, result.shape);
        for (var i = 0; i < sample.Count; i++)
            Assert.Contains(Shifts(images[i], sample), shift => shift.Equals(result[i]));
    }

    [Law]
    public static void It_does_not_depend_on_the_batch(Case sample)
    {
        using var scope = NewDisposeScope();
        var together = sample.Augmentation.Apply(sample.Images, sample.Seeds);
        var last = sample.Count - 1;
        Close.Same(together.narrow(0, last, 1),
            sample.Augmentation.Apply(sample.Images.narrow(0, last, 1), sample.Seeds.Select([last])),
            "the last image alone");
    }

    [Fact]
    public static void All_shifts_come_equally_often_and_half_are_mirrored()
    {
        using var scope = NewDisposeScope();
        const int count = 20_000;
        var image = arange(1, 7, dtype: ScalarType.Float32).view(1, 1, 2, 3).expand(count, 1, 2, 3);
        var result = new CropAndFlip { Padding = 1 }.Apply(image, ExampleSeeds.Sequence(3, count));
        var kinds = result.view(count, 6).data<float>().ToArray().Chunk(6).GroupBy(row => string.Join(",", row))
            .ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(18, kinds.Count); // 3 × 3 corners, mirrored or not
        // five standard deviations
        Assert.All(kinds.Values, often => Assert.InRange(often, count / 18 - 170, count / 18 + 170));
    }

    [Fact]
    public static void Nothing_happens_without_padding_and_flip()
    {
        using var scope = NewDisposeScope();
        var images = SplitMix.Tensor(1, 0, 1, 3, 3, 4, 5);
        Close.Same(images, new CropAndFlip { Padding = 0, Flip = false }.Apply(images, ExampleSeeds.Sequence(1, 3)),
            "images");
    }

    [Fact]
    public static void Wrong_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => new CropAndFlip().Apply(zeros(2, 3, 4), ExampleSeeds.Sequence(1, 2)));
        Assert.Throws<ArgumentException>(() => new CropAndFlip().Apply(zeros(2, 3, 4, 4), ExampleSeeds.Sequence(1, 3)));
        Assert.Throws<ArgumentException>(() =>
            new CropAndFlip { Padding = -1 }.Apply(zeros(2, 3, 4, 4), ExampleSeeds.Sequence(1, 2)));
    }

    private static IEnumerable<Tensor> Shifts(Tensor image, Case sample)
    {
        var p = sample.Padding;
        var bordered = nn.functional.pad(image, [p, p, p, p]);
        for (var top = 0; top <= 2 * p; top++)
            for (var left = 0; left <= 2 * p; left++)
            {
                var shift = bordered.narrow(1, top, sample.Height).narrow(2, left, sample.Width);
                yield return shift;
                if (sample.Flip) yield return shift.flip(2);
            }
    }
}
