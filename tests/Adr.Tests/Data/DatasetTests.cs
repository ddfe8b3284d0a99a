using Adr.Data;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

[Properties(Arbitrary = [typeof(DatasetTests.Sizes), typeof(DatasetTests.Split)])]
public static class DatasetTests
{
    /// <summary>N images of 1×2×2 whose every pixel is index/N, so that an image tells where it came from.</summary>
    private static Dataset Numbered(int count)
    {
        using var scope = NewDisposeScope();
        var images = (arange(count, dtype: ScalarType.Float32) / count).view(count, 1, 1, 1).expand(count, 1, 2,
            2).contiguous();
        return new Dataset("numbered", images, arange(count, dtype: ScalarType.Int64).remainder(3), ["a", "b", "c"]);
    }

    private static bool Holds(Batch batch, int count)
    {
        using var scope = NewDisposeScope();
        var pixels = batch.Images.cpu().contiguous().data<float>().ToArray();
        var labels = batch.Labels.cpu().contiguous().data<long>().ToArray();
        return batch.Images.shape.SequenceEqual([batch.Count, 1, 2, 2])
            && Enumerable.Range(0, batch.Count)
                .All(i => pixels.Skip(4 * i).Take(4).All(p => p == batch.Indices[i] / (float)count)
                && labels[i] == batch.Indices[i] % 3);
    }

    /// <summary>How many points there are, and how many of them are a batch.</summary>
    public sealed record Sizes(int Count, int BatchSize)
    {
        public static Arbitrary<Sizes> Any { get; } = Arb.From(
            from count in Gen.Choose(1, 40)
            from size in Gen.Choose(1, 50)
            select new Sizes(count, size));
    }

    /// <summary>How many of the points are held out, and by which seed.</summary>
    public sealed record Split(int Count, int Held, int Seed)
    {
        public static Arbitrary<Split> Any { get; } = Arb.From(
            from count in Gen.Choose(2, 40)
            from held in Gen.Choose(1, count - 1)
            from seed in Gen.Choose(0, 1000)
            select new Split(count, held, seed));
    }

    public sealed class Batches
    {
        [Law(MaxTest = 60)]
        public bool Cover_all_points_in_order_and_keep_the_last_partial_one(Sizes given)
        {
            using var scope = NewDisposeScope();
            using var data = Numbered(given.Count);
            var batches = data.Batches(given.BatchSize).ToList();
            return batches.SelectMany(b => b.Indices)
                .SequenceEqual(Enumerable.Range(0, given.Count).Select(i => (long)i))
                && batches.SkipLast(1).All(b => b.Count == given.BatchSize)
                    && batches.Count == data.BatchCount(given.BatchSize)
                && batches.TrueForAll(b => Holds(b, given.Count));
        }

        [Law(MaxTest = 60)]
        public bool Shuffled_cover_all_points_once_each_with_its_own_image_and_label(Sizes given)
        {
            using var scope = NewDisposeScope();
            using var data = Numbered(given.Count);
            var batches = data.ShuffledBatches(given.BatchSize, seed: 5, epoch: 2).ToList();
            return batches.SelectMany(b => b.Indices).Order()
                .SequenceEqual(Enumerable.Range(0, given.Count).Select(i => (long)i))
                && batches.SkipLast(1).All(b => b.Count == given.BatchSize)
                    && batches.Count == data.BatchCount(given.BatchSize)
                && batches.TrueForAll(b => Holds(b, given.Count));
        }

        [Fact]
        public void Shuffled_differ_from_epoch_to_epoch_and_repeat_with_the_seed()
        {
            using var data = Numbered(50);
            long[] Order(long seed, int epoch) =>
                [.. data.ShuffledBatches(8, seed, epoch).SelectMany(b => { b.Dispose(); return b.Indices; })];
            Assert.Equal(Order(1, 1), Order(1, 1));
            Assert.NotEqual(Order(1, 1), Order(1, 2));
            Assert.NotEqual(Order(1, 1), Order(2, 1));
        }

        [Fact]
        public void Outlive_no_scope_and_leave_the_data_set_whole()
        {
            using var data = Numbered(9);
            using (NewDisposeScope())
                foreach (var batch in data.Batches(4)) batch.Dispose();
            Assert.Equal(9, data.Images.shape[0]);
            Assert.Equal(8 / 9f, data.Images[8, 0, 0, 0].item<float>());
        }

        [Fact]
        public void Refuse_a_size_of_zero_at_once()
        {
            using var data = Numbered(3);
            Assert.Throws<ArgumentOutOfRangeException>("batchSize", () => data.Batches(0));
            Assert.Throws<ArgumentOutOfRangeException>("batchSize", () => data.ShuffledBatches(0, 1, 1));
        }
    }

    public sealed class HoldOut
    {
        [Law(MaxTest = 60)]
        public bool Splits_without_overlap_or_loss(Split given)
        {
            using var data = Numbered(given.Count);
            var (train, validation) = data.HoldOut(given.Held, given.Seed);
            using (train)
            using (validation)
            {
                var all = Firsts(train).Concat(Firsts(validation)).Order();
                return validation.Count == given.Held && all.SequenceEqual(Firsts(data))
                    && Firsts(train).SequenceEqual(Firsts(train).Order());
            }

            static float[] Firsts(Dataset d) =>
                [.. d.Images.contiguous().data<float>().ToArray().Where((_, i) => i % 4 == 0)];
        }

        [Theory]
        [InlineData(0)]
        [InlineData(5)]
        public void Refuses_to_leave_a_part_empty(int held)
        {
            using var data = Numbered(5);
            Assert.Throws<ArgumentOutOfRangeException>("validationCount", () => data.HoldOut(held, 1));
        }
    }

    public sealed class Slicing
    {
        [Fact]
        public void Shares_memory_and_outlives_the_whole()
        {
            var data = Numbered(10);
            using var part = data.Slice(4, 3);
            data.Dispose();
            Assert.Equal(3, part.Count);
            Assert.Equal(0.5f, part.Images[1, 0, 0, 0].item<float>());
        }

        [Theory]
        [InlineData(-1, 2)]
        [InlineData(0, 0)]
        [InlineData(8, 3)]
        [InlineData(1, int.MaxValue)]
        public void Refuses_a_run_outside(int start, int count)
        {
            using var data = Numbered(10);
            Assert.Throws<ArgumentOutOfRangeException>("count", () => data.Slice(start, count));
        }
    }

    public sealed class Positions
    {
        [Law(MaxTest = 60)] // an image tells where it came from
        public void Are_those_of_the_first_set_however_often_it_is_cut(Split given)
        {
            using var data = Numbered(given.Count);
            Assert.Equal(Enumerable.Range(0, given.Count).Select(i => (long)i), data.Positions);
            var (train, held) = data.HoldOut(given.Held, given.Seed);
            using var half = train.Slice(train.Count / 2, train.Count - train.Count / 2);
            using var last = half.Select([half.Count - 1, 0]);
            foreach (var part in new[] { train, held, half, last, held.Take(1) })
            {
                using (part)
                using (NewDisposeScope())
                    Assert.Equal(part.Positions.Select(position => position / (float)given.Count),
                        part.Images[TensorIndex.Colon, 0, 0, 0].contiguous().data<float>().ToArray());
            }
        }
    }

    public sealed class Selecting
    {
        [Fact]
        public void Gives_the_examples_in_the_order_asked_for()
        {
            using var data = Numbered(10);
            using var part = data.Select([7, 2, 2]);
            Assert.Equal([7, 2, 2], part.Positions);
            Assert.Equal([1, 2, 2], part.Labels.data<long>().ToArray());
            Assert.Equal(0.7f, part.Images[0, 0, 1, 1].item<float>());
        }

        [Theory]
        [InlineData("Select at least one example.")]
        [InlineData("numbered has the examples 0 to 9, but no 10.", 3, 10)]
        [InlineData("numbered has the examples 0 to 9, but no -1.", -1)]
        public void Refuses_what_is_not_there(string message, params int[] indices)
        {
            using var data = Numbered(10);
            var error = Assert.Throws<ArgumentException>("indices", () => data.Select(indices));
            Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        }
    }

    public sealed class Constructing
    {
        [Fact]
        public void Outlives_the_scope_it_was_made_in()
        {
            Dataset data;
            using (NewDisposeScope()) data = Numbered(4);
            using (data) Assert.Equal(4, data.Images.shape[0]);
        }

        public static TheoryData<string, long[], ScalarType, double, long, string> Wrong => new()
        {
            { "images", [4, 2, 2], ScalarType.Float32, 0.5, 0, "[N,C,H,W]" },
            { "images", [4, 1, 2, 2], ScalarType.Float64, 0.5, 0, "float32" },
            { "images", [4, 1, 2, 2], ScalarType.Float32, 1.5, 0, "Divide bytes by 255" },
            { "images", [4, 1, 2, 2], ScalarType.Float32, -0.5, 0, "[0,1]" },
            { "images", [4, 1, 2, 2], ScalarType.Float32, double.NaN, 0, "[0,1]" },
            { "labels", [5, 1, 2, 2], ScalarType.Float32, 0.5, 0, "shape [5]" },
            { "labels", [4, 1, 2, 2], ScalarType.Float32, 0.5, 3, "[0,3)" },
            { "labels", [4, 1, 2, 2], ScalarType.Float32, 0.5, -1, "[0,3)" },
        };

        [Theory]
        [MemberData(nameof(Wrong))]
        public void Refuses_and_says_why(string parameter, long[] shape, ScalarType type, double pixel, long label,
            string reason)
        {
            using var scope = NewDisposeScope();
            var images = full(shape, pixel, dtype: type);
            var labels = full([4], label, dtype: ScalarType.Int64);
            var error = Assert.Throws<ArgumentException>(parameter,
                () => new Dataset("wrong", images, labels, ["a", "b", "c"]));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }
}
