using Adr.Attacks;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

[Properties(Arbitrary = [typeof(BrendelBethgeTests)])]
public static class BrendelBethgeTests
{
    /// <summary>Any valid case under a norm that the attack is made for.</summary>
    public static Arbitrary<AttackCase> Cases { get; } =
        AttackCase.Any.Generator.Select(AttackTable.Row("Brendel & Bethge").Fit).ToArbitrary();

    private static BrendelBethge Small(ThreatModel threat) =>
        new(threat, 30, learningRate: 0.03, decays: 6, directions: 20, blendSteps: 20);

    public class Finds
    {
        [Law(MaxTest = 30)]
        public void What_the_model_gets_wrong_in_the_box_at_the_distance_it_says(AttackCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = sample.Model();
            var (images, labels) = (sample.Images, sample.Labels);
            var nearest = Small(sample.Threat).Find(model, images, labels, sample.Seeds);
            var (clean, found) = (Margins.Of(model, images, labels), Margins.Of(model, nearest.Images, labels));
            var (origin, image, distance) = (Close.Doubles(images), Close.Doubles(nearest.Images),
                Close.Doubles(nearest.Distance));
            Assert.Equal(images.dtype, nearest.Images.dtype);
            Assert.All(image, pixel => Assert.InRange(pixel, (float)sample.Bounds.Low, (float)sample.Bounds.High));
            var width = image.Length / sample.Points;
            for (var point = 0; point < sample.Points; point++)
            {
                var delta = Enumerable.Range(point * width, width).Select(i => image[i] - origin[i]).ToArray();
                var length = sample.Norm == Norm.Linf ? delta.Max(Math.Abs) : Math.Sqrt(delta.Sum(d => d * d));
                if (clean[point] > 0) Assert.Equal((0, 0), (distance[point], length));
                else if (double.IsInfinity(distance[point])) Assert.Equal(0, length);
                else
                {
                    Assert.True(found[point] > 0, $"Point {point} at {distance[point]} has the margin {found[point]}.");
                    Close.Number(length, distance[point], 1e-4, "distance");
                }
            }
        }

        [Law(MaxTest = 30)]
        public void The_same_in_any_batch(AttackCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = sample.Model();
            model.to(ScalarType.Float64); // as in AttackLawTests
            var (images, labels, attack) = (sample.Images.to(ScalarType.Float64), sample.Labels, Small(sample.Threat));
            var together = attack.Find(model, images, labels, sample.Seeds);
            for (var point = 0; point < sample.Points; point++)
            {
                var apart = attack.Find(model, images.narrow(0, point, 1), labels.narrow(0, point, 1),
                    sample.Seeds.Select([point]));
                Close.Tensor(together.Images.narrow(0, point, 1), apart.Images, 1e-7, "images");
                var (expected, actual) = (Close.Doubles(together.Distance)[point], Close.Doubles(apart.Distance)[0]);
                if (!double.IsInfinity(expected)) Close.Number(expected, actual, 1e-6, "distance");
                else Assert.Equal(expected, actual);
            }
        }

        [Law(MaxTest = 15)]
        public void The_same_to_the_bit_for_the_same_seed(AttackCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = sample.Model();
            var (first, second) = (Once(1), Once(2)); // the engine's own generator must not matter
            Close.Same(first.Images, second.Images, "images");
            Close.Same(first.Distance, second.Distance, "distances");

            NearestImages Once(long engine)
            {
                manual_seed(engine);
                return Small(sample.Threat).Find(model, sample.Images, sample.Labels, sample.Seeds);
            }
        }

        [Law(MaxTest = 30)]
        public void The_known_distance_on_a_linear_model_of_two_classes(AttackCase sample) =>
            ExpectKnownDistance(sample, Small);

        [Law(MaxTest = 30)]
        public void That_in_a_few_steps_too_where_the_default_trust_region_does_not_hold_it_back(AttackCase sample) =>
            ExpectKnownDistance(sample, threat =>
                new BrendelBethge(threat, 20, directions: 20, blendSteps: 20));

        // |margin| / ‖w‖ in the dual norm; the box is out of reach
        private static void ExpectKnownDistance(AttackCase sample, Func<ThreatModel, BrendelBethge> make)
        {
            using var scope = NewDisposeScope();
            sample = sample with { Kind = TinyModels.Kind.Linear, Classes = 2, Channels = 3, Height = 3, Width = 4,
                Bounds = new(-10, 10) };
            using var model = sample.Model();
            var (images, labels) = (sample.Images * 0.05, sample.Labels);
            var weight = Close.Doubles(model.get_parameter("last.weight")!);
            var difference = weight.Take(weight.Length / 2).Zip(weight.Skip(weight.Length / 2), (a, b) => a - b)
                .ToArray();
            var dual = sample.Norm == Norm.Linf ? difference.Sum(Math.Abs) : Math.Sqrt(difference.Sum(d => d * d));
            var nearest = make(sample.Threat).Find(model, images, labels, sample.Seeds);
            foreach (var (margin, distance) in Margins.Of(model, images, labels).Zip(Close.Doubles(nearest.Distance)))
                if (margin > 0) Assert.Equal(0, distance);
                else Assert.InRange(distance, -margin / dual * 0.999, -margin / dual * 1.02 + 1e-4);
        }

        [Fact]
        public void Nothing_where_there_is_nothing_and_disturbs_no_other_point()
        {
            using var scope = NewDisposeScope();
            using var model = new Steep();
            var images = cat([full(1, 1, 2, 2, 0.5f), full(1, 1, 2, 2, 0.5f), full(1, 1, 2, 2, 0.5f)]); // class 0, each
            foreach (var threat in new[] { ThreatModel.Linf(0.1), ThreatModel.L2(0.1) })
            {
                var attack = new BrendelBethge(threat, 60, learningRate: 0.05, decays: 10, directions: 5,
                    blendSteps: 10);
                var (alone, all) = (Find(new Steep(), attack, images.narrow(0, 0, 1), [0]),
                    Find(model, attack, images, [0, 1, 0]));
                Close.Number(threat.Norm == Norm.Linf ? 0.1 : 0.2, Close.Doubles(alone.Distance)[0], 0.01, "distance");
                Assert.Equal(0, Close.Doubles(all.Distance)[1]); // wrong as it is
                Close.Number(Close.Doubles(alone.Distance)[0], Close.Doubles(all.Distance)[0], 1e-5, "distance");
                using var flat = new Flat();
                var none = Find(flat, attack, images, [0, 1, 0]);
                Assert.Equal([double.PositiveInfinity, 0, double.PositiveInfinity], Close.Doubles(none.Distance));
                Close.Same(images, none.Images, "images");
            }

            static NearestImages Find(nn.Module<Tensor, Tensor> model, BrendelBethge attack, Tensor images,
                long[] labels) =>
                attack.Find(model, images, tensor(labels), ExampleSeeds.Sequence(3, labels.Length));
        }
    }

    public class Arguments
    {
        [Fact]
        public void That_are_out_of_range_are_refused()
        {
            Assert.Contains("L1", Assert.Throws<ArgumentException>(() => new BrendelBethge(ThreatModel.L1(1))).Message,
                StringComparison.Ordinal);
            Assert.Equal("steps", Refused(() => new(ThreatModel.L2(1), 0)));
            Assert.Equal("overshoot", Refused(() => new(ThreatModel.L2(1), overshoot: 0.9)));
            Assert.Equal("learningRate", Refused(() => new(ThreatModel.L2(1), learningRate: 0)));
            Assert.Equal("decay", Refused(() => new(ThreatModel.L2(1), decay: double.NaN)));
            Assert.Equal("decays", Refused(() => new(ThreatModel.L2(1), decays: 0)));
            Assert.Equal("momentum", Refused(() => new(ThreatModel.L2(1), momentum: 1)));
            Assert.Equal("binarySearchSteps", Refused(() => new(ThreatModel.L2(1), binarySearchSteps: -1)));
            Assert.Equal("directions", Refused(() => new(ThreatModel.L2(1), directions: -1)));
            Assert.Equal("blendSteps", Refused(() => new(ThreatModel.L2(1), blendSteps: 0)));

            static string? Refused(Func<BrendelBethge> make) =>
                Assert.Throws<ArgumentOutOfRangeException>(make).ParamName;
        }

        [Fact]
        public void Stay_under_another_threat_model()
        {
            var attack = new BrendelBethge(ThreatModel.L2(1), 7, 1.2, 0.01, 0.6, 3, 0.5, 4, 5, 6);
            var other = Assert.IsType<BrendelBethge>(attack.WithThreat(ThreatModel.Linf(0.3)));
            Assert.Equal((7, 1.2, 0.01, 0.6, 3, 0.5),
                (other.Steps, other.Overshoot, other.LearningRate, other.Decay, other.Decays, other.Momentum));
            Assert.Equal((4, 5, 6), (other.BinarySearchSteps, other.Directions, other.BlendSteps));
            Assert.Equal(ThreatModel.Linf(0.3), other.Threat);
            Assert.Equal("B&B-7", other.Name);
        }
    }

    /// <summary>Class 1 from a mean of 0.6 on, where noise hardly comes: a start needs the gradient.</summary>
    private sealed class Steep() : nn.Module<Tensor, Tensor>("steep")
    {
        public override Tensor forward(Tensor images)
        {
            var rise = images.flatten(1).mean([1L]) * 50 - 30;
            return stack([-rise, rise], 1);
        }
    }

    /// <summary>Class 0 always, with no gradient.</summary>
    private sealed class Flat() : nn.Module<Tensor, Tensor>("flat")
    {
        public override Tensor forward(Tensor images)
        {
            var none = images.flatten(1).mean([1L]) * 0;
            return stack([none + 1, none], 1);
        }
    }
}
