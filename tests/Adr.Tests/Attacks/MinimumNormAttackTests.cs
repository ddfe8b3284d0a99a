using Adr.Attacks;
using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static Adr.Tests.Attacks.AttackTable;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>What every minimum-norm attack of <see cref="AttackTable"/> must hold on any valid input, and the settings
/// of each.</summary>
public static class MinimumNormAttackTests
{
    private static MinimumNormAttack Attack(AttackRow row, AttackCase sample) =>
        (MinimumNormAttack)row.Make(sample.Threat);

    public class Find
    {
        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void Gives_misclassified_images_of_the_box_and_their_distances(string name) =>
            ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            var (images, labels) = (sample.Images, sample.Labels);
            var nearest = Attack(row, sample).Find(model, images, labels, sample.Seeds);
            Assert.Equal(images.shape, nearest.Images.shape);
            Assert.Equal([(long)sample.Points], nearest.Distance.shape);
            Assert.False(nearest.Images.requires_grad || nearest.Distance.requires_grad);
            var (before, after) = (Margins.Of(model, images, labels), Margins.Of(model, nearest.Images, labels));
            var (x, found, distances) = (Close.Doubles(images), Close.Doubles(nearest.Images),
                Close.Doubles(nearest.Distance));
            Feasible.Assert(sample.Threat.WithEpsilon(1e6), x, found, sample.Points); // in the box
            var width = x.Length / sample.Points;
            for (var point = 0; point < sample.Points; point++)
            {
                var deltas = Enumerable.Range(point * width, width).Select(i => Math.Abs(found[i] - x[i])).ToArray();
                var length = sample.Norm switch { Norm.Linf => deltas.Max(), Norm.L1 => deltas.Sum(),
                    _ => Math.Sqrt(deltas.Sum(d => d * d)) };
                if (before[point] > 0) Assert.Equal((0, 0), (distances[point], length)); // wrong as it is
                else if (double.IsPositiveInfinity(distances[point])) Assert.Equal(0, length);
                else
                {
                    Assert.True(after[point] > 0,
                        $"point {point} is said to be broken at {distances[point]}, but its margin is {after[point]}.");
                    Close.Number(length, distances[point], 1e-5, $"distance of point {point}");
                    Assert.True(length > 0);
                }
            }
        }, 40);

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void Does_not_depend_on_the_batch_a_point_sits_in(string name) => ForAll(name, AloneAsTogether);

        // the seventh point: its second step ends on the boundary exactly
        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void Nor_where_a_step_ends_on_the_boundary(string name) =>
            AloneAsTogether(AttackTable.Row(name),
                AttackTable.Row(name)
                .Fit(new AttackCase(TinyModels.Kind.Mlp, 5, 1, 3, 3, 3, Norm.Linf, 0.031, Bounds.Unit, 642412)), 6);

        private static void AloneAsTogether(AttackRow row, AttackCase sample) => AloneAsTogether(row, sample, null);

        private static void AloneAsTogether(AttackRow row, AttackCase sample, int? which)
        {
            using var scope = NewDisposeScope();
            sample = sample with { Points = 4 * sample.Points }; // so that points are left out at different times
            using var model = sample.Model();
            model.to(ScalarType.Float64);
            var (images, labels, attack) = (sample.Images.to(ScalarType.Float64), sample.Labels, Attack(row, sample));
            var together = attack.Find(model, images, labels, sample.Seeds);
            foreach (var part in new[] { new[] { which ?? sample.Points - 1 },
                [.. Enumerable.Range(0, sample.Points).Reverse().Skip(1)] })
            {
                var index = tensor(part.Select(i => (long)i).ToArray());
                var apart = attack.Find(model, images.index_select(0, index), labels.index_select(0, index),
                    sample.Seeds.Select(part));
                var (expected, actual) = (Close.Doubles(together.Distance.index_select(0, index)),
                    Close.Doubles(apart.Distance));
                foreach (var (one, other) in expected.Zip(actual))
                    if (double.IsFinite(one)) Close.Number(one, other, 1e-7, "distance");
                    else Assert.Equal(one, other);
                Close.Tensor(together.Images.index_select(0, index), apart.Images, 1e-7, "images");
            }
        }

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void Is_the_same_to_the_bit_for_the_same_seed(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            NearestImages Run() => Attack(row, sample).Find(model, sample.Images, sample.Labels, sample.Seeds);
            manual_seed(1);
            var first = Run();
            manual_seed(2); // the engine's own generator must not matter
            var second = Run();
            Close.Same(first.Images, second.Images, "images");
            Close.Same(first.Distance, second.Distance, "distance");
        }, 10);

        [Theory, MemberData(nameof(AttackTable.WithNearerBudget), MemberType = typeof(AttackTable))]
        public void A_larger_budget_finds_nothing_farther(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            double[]? last = null;
            foreach (var budget in new[] { 1, 2, 4 })
            {
                var now = Close.Doubles(row.NearerBudget!(sample.Threat, budget)
                    .Find(model, sample.Images, sample.Labels, sample.Seeds).Distance);
                if (last is not null) Assert.All(now.Zip(last),
                    pair => Assert.True(pair.First <= pair.Second + 1e-6,
                    $"{pair.Second} with less, {pair.First} with budget {budget}."));
                last = now;
            }
        }, 12);

        [Theory, MemberData(nameof(AttackTable.Nearest), MemberType = typeof(AttackTable))]
        public void On_a_linear_model_of_two_classes_it_finds_the_known_distance(string name) =>
            ForAll(name, (row, sample) =>
        {
            // the margin is ⟨w, x⟩ + b, so the boundary is |margin| / ‖w‖ in the dual norm away; the box is out of
            // reach
            sample = sample with { Kind = TinyModels.Kind.Linear, Classes = 2, Channels = 3, Height = 3, Width = 4,
                Epsilon = 1e-3, Bounds = sample.Norm == Norm.L1 ? new(-4, 4) : new(-1, 1) };
            using var model = sample.Model();
            var (images, labels) = (sample.Images * 0.1, sample.Labels);
            var weight = Close.Doubles(model.get_parameter("last.weight")!);
            var difference = weight.Take(weight.Length / 2).Zip(weight.Skip(weight.Length / 2), (a, b) => a - b)
                .ToArray();
            var dual = sample.Norm switch { Norm.Linf => difference.Sum(Math.Abs), Norm.L1 => difference.Max(Math.Abs),
                _ => Math.Sqrt(difference.Sum(d => d * d)) };
            var attack = row.Precise?.Invoke(sample.Threat) ?? Attack(row, sample);
            var distances = Close.Doubles(attack.Find(model, images, labels, sample.Seeds).Distance);
            var expected = Margins.Of(model, images, labels).Select(margin => Math.Max(-margin, 0) / dual);
            var least = 1e-7 + row.Coarse * sample.Bounds.Range;
            Assert.All(distances.Zip(expected),
                pair => Assert.InRange(pair.First, pair.Second * (1 - 1e-5), pair.Second * (1 + row.Beyond)
                + (pair.Second > 0 ? least : 0)));
        });

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void Says_so_where_there_is_nothing_to_find(string name) => ForAll(name, (row, sample) =>
        {
            using var model = (sample with { Kind = TinyModels.Kind.Linear }).Model();
            using (no_grad())
            {
                model.get_parameter("last.weight")!.mul_(1e-3);
                model.get_parameter("last.bias")!.fill_(0).narrow(0, 0, 1).fill_(100); // class 0 everywhere
            }
            var labels = zeros_like(sample.Labels);
            var nearest = Attack(row, sample).Find(model, sample.Images, labels, sample.Seeds);
            Assert.All(Close.Doubles(nearest.Distance), distance => Assert.Equal(double.PositiveInfinity, distance));
            Close.Same(sample.Images, nearest.Images, "images");
            Assert.All(Close.Doubles(Attack(row, sample)
                .Find(model, sample.Images, labels + 1, sample.Seeds).Distance), distance => Assert.Equal(0, distance));
        }, 5);

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void And_Perturb_agree(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            var nearest = Attack(row, sample).Find(model, sample.Images, sample.Labels, sample.Seeds);
            var adversarial = Attack(row, sample).Run(model, sample.Images, sample.Labels, sample.Seeds);
            var distances = Close.Doubles(nearest.Distance);
            for (var point = 0; point < sample.Points; point++)
                if (distances[point] <= sample.Epsilon || double.IsPositiveInfinity(distances[point]))
                    Close.Same(nearest.Images.narrow(0, point, 1), adversarial.narrow(0, point, 1), $"point {point}");
        }, 10);

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void A_gradient_that_is_not_finite_is_named(string name)
        {
            using var scope = NewDisposeScope();
            var row = AttackTable.Row(name);
            using var model = new Steep();
            var attack = (MinimumNormAttack)row.Make(new ThreatModel(row.Norms[0], 0.5, Bounds.Unit));
            var (images, labels, seeds) = (full([2, 1, 2, 2], 0.5f), zeros(2, dtype: ScalarType.Int64),
                ExampleSeeds.Sequence(1, 2));
            Assert.Contains("not finite",
                Assert.Throws<InvalidOperationException>(() => attack.Find(model, images, labels, seeds)).Message,
                StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => attack.Run(model, images, labels, seeds));
        }

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void A_gradient_of_zero_leads_nowhere(string name)
        {
            using var scope = NewDisposeScope();
            var row = AttackTable.Row(name);
            using var model = TinyModels.Make(TinyModels.Kind.Mlp, [1, 2, 2], 3, 1);
            using (no_grad())
            {
                model.get_parameter("hidden.bias")!.fill_(-100); // every unit is off
                model.get_parameter("last.bias")!.copy_(tensor(new[] { 1f, 0, 0 }));
            }
            var nearest = ((MinimumNormAttack)row.Make(new ThreatModel(row.Norms[0], 0.5, Bounds.Unit)))
                .Find(model, full([2, 1, 2, 2], 0.5f), zeros(2, dtype: ScalarType.Int64), ExampleSeeds.Sequence(1, 2));
            Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], Close.Doubles(nearest.Distance));
        }

        [Theory, MemberData(nameof(AttackTable.MinimumNorm), MemberType = typeof(AttackTable))]
        public void Holds_no_more_tensors_at_the_end_than_at_the_beginning(string name)
        {
            using var scope = NewDisposeScope();
            var row = AttackTable.Row(name);
            var (inner, images, labels) = Blobs.Trained();
            using var model = new Watching(inner);
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            var nearest = ((MinimumNormAttack)row.Make(new ThreatModel(row.Norms[0], 0.1, Bounds.Unit)))
                .Find(model, images, labels, ExampleSeeds.Sequence(1, images.shape[0]));
            Assert.Equal(before + 2, DisposeScopeManager.Statistics.ThreadTotalLiveCount); // what it gave back
            var (half, sizes) = (model.Live.Count / 2, model.Live.Select(seen => seen.Points).Distinct().Count());
            var most = model.Live.Take(half).Max(seen => seen.Tensors);
            // a few whenever points were left out
            Assert.InRange(model.Live.Skip(half).Max(seen => seen.Tensors), 0, most + 8 * sizes);
            nearest.Images.Dispose();
        }

        /// <summary>Finite logits, and a gradient of 0 · ∞.</summary>
        private sealed class Steep() : nn.Module<Tensor, Tensor>("steep")
        {
            public override Tensor forward(Tensor images)
            {
                var sum = images.flatten(1).sum(1, keepdim: true);
                return cat([sum + (0 * sum).abs().sqrt(), 0.5 * sum, -sum], 1);
            }
        }

        /// <summary>Notes how many tensors live whenever it is asked.</summary>
        private sealed class Watching : nn.Module<Tensor, Tensor>
        {
            private readonly nn.Module<Tensor, Tensor> _inner;

            internal Watching(nn.Module<Tensor, Tensor> inner) : base("watching")
            {
                _inner = inner;
                register_module("inner", inner);
            }

            internal List<(long Points, long Tensors)> Live { get; } = [];

            public override Tensor forward(Tensor images)
            {
                Live.Add((images.shape[0], DisposeScopeManager.Statistics.ThreadTotalLiveCount));
                return _inner.call(images);
            }
        }
    }

    public class Fab
    {
        [Theory, InlineData(Norm.Linf, 0.25), InlineData(Norm.L2, 0.8), InlineData(Norm.L1, 2)]
        public void Stopping_within_epsilon_breaks_the_same_points_for_less(Norm norm, double epsilon)
        {
            using var scope = NewDisposeScope();
            const int count = 120;
            using var model = TinyModels.Make(TinyModels.Kind.Mlp, [1, 3, 3], 4, 8);
            model.eval();
            var images = SplitMix.Tensor(1, 0, 1, count, 1, 3, 3);
            // all are right at first
            var (labels, seeds) = (model.call(images).argmax(1), ExampleSeeds.Sequence(3, count));
            var threat = new ThreatModel(norm, epsilon, Bounds.Unit);
            foreach (var make in new Func<bool,
                FabAttack>[] { stops => new Adr.Attacks.Fab(threat, 20, 2, stopsWithinEpsilon: stops),
                stops => new FabTargeted(threat, 20, 3, 2, stopsWithinEpsilon: stops) })
            {
                var (whole, wholeCost) = Run(make(false));
                var (less, lessCost) = Run(make(true));
                Assert.InRange(whole.Count(distance => distance <= epsilon), count / 10, 9 * count / 10);
                Assert.Equal(whole.Select(distance => distance <= epsilon),
                    less.Select(distance => distance <= epsilon));
                // to these nothing differs
                Assert.All(whole.Zip(less).Where(pair => pair.First > epsilon),
                    pair => Close.Number(pair.First, pair.Second, 1e-4, "distance"));
                Assert.InRange(lessCost, wholeCost / 20, wholeCost * 95 / 100);
            }

            (double[] Distances, long Cost) Run(FabAttack attack)
            {
                var cost = new AttackCost();
                return (Close.Doubles(attack.Find(model, images, labels, seeds, cost: cost).Distance),
                    cost.ModelEvaluations);
            }
        }

        [Fact]
        public void Restarts_begin_elsewhere_and_find_nearer_ones()
        {
            using var scope = NewDisposeScope();
            const int count = 64;
            using var model = TinyModels.Make(TinyModels.Kind.Mlp, [1, 3, 3], 4, 8);
            model.eval();
            var images = SplitMix.Tensor(1, 0, 1, count, 1, 3, 3);
            var labels = model.call(images).argmax(1);
            double[] Run(int restarts, long seed) =>
                Close.Doubles(new Adr.Attacks.Fab(ThreatModel.L2(0.5), 5, restarts)
                .Find(model, images, labels, ExampleSeeds.Sequence(seed, count)).Distance);
            var (one, other, three) = (Run(1, 3), Run(1, 4), Run(3, 3));
            Assert.Equal(one, other); // the first start is the image
            Assert.InRange(one.Zip(three).Count(pair => pair.Second < pair.First - 1e-4), count / 16, count);
            Assert.All(one.Zip(three), pair => Assert.True(pair.Second <= pair.First));
            Assert.NotEqual(three, Run(3, 4));
        }

        [Fact] // of two ways the nearer one; FAB-T on the likeliest class alone does not see it
        public void Takes_the_nearest_class_and_the_targeted_one_the_likeliest()
        {
            using var scope = NewDisposeScope();
            using var model = TinyModels.Make(TinyModels.Kind.Linear, [1, 1, 2], 3, 1);
            using (no_grad())
            {
                // z₁ − z₀ = x₀ − 0.6: 0.5 away; z₂ − z₀ = 10 x₁ − 3: likelier not, nearer (0.2 away)
                model.get_parameter("last.weight")!.copy_(tensor(new[] { 0f, 0, 1, 0, 0, 10 }).view(3, 2));
                model.get_parameter("last.bias")!.copy_(tensor(new[] { 0f, -0.6f, -3 }));
            }
            var (images, label, seeds) = (full([1, 1, 1, 2], 0.1f), zeros(1, dtype: ScalarType.Int64),
                ExampleSeeds.Sequence(1, 1));
            double Distance(FabAttack attack) => attack.Find(model, images, label, seeds).Distance.item<float>();
            Close.Number(0.2, Distance(new Adr.Attacks.Fab(ThreatModel.L2(1), 10)), 0.01, "FAB");
            Close.Number(0.5, Distance(new FabTargeted(ThreatModel.L2(1), 10, 1)), 0.01, "FAB-T on one class");
            Close.Number(0.2, Distance(new FabTargeted(ThreatModel.L2(1), 10)), 0.01, "FAB-T on all");
        }

        [Fact]
        public void Says_where_there_are_fewer_classes_than_targets()
        {
            Assert.Null(new FabTargeted(ThreatModel.Linf(0.1)).FallbackFor(10));
            Assert.Contains("4 other classes", new FabTargeted(ThreatModel.Linf(0.1)).FallbackFor(5),
                StringComparison.Ordinal);
            Assert.Null(new Adr.Attacks.Fab(ThreatModel.Linf(0.1)).FallbackFor(2));
        }
    }

    public class Settings
    {
        private static readonly ThreatModel L2 = ThreatModel.L2(0.5);

        [Fact]
        public void Are_the_reference_implementations_by_default()
        {
            var fab = new FabTargeted(L2);
            Assert.Equal((100, 9, 1, 0.1, 1.05, 0.9, false),
                (fab.Steps, fab.Targets, fab.Restarts, fab.AlphaMax, fab.Eta, fab.Beta, fab.StopsWithinEpsilon));
            var fool = new DeepFool(L2);
            Assert.Equal((50, 0.02, 10), (fool.Steps, fool.Overshoot, fool.Candidates));
            var cw = new CarliniWagner(L2);
            Assert.Equal((1000, 9, 0.01, 1e-3, 0, true),
                (cw.Steps, cw.Searches, cw.LearningRate, cw.InitialConstant, cw.Confidence, cw.AbortsEarly));
        }

        [Fact]
        public void Stay_under_another_threat()
        {
            var fab = (Adr.Attacks.Fab)new Adr.Attacks.Fab(L2, 7, 2, 0.2, 1.1, 0.8, true).WithThreat(ThreatModel.L1(3));
            Assert.Equal((Norm.L1, 7, 2, 0.2, 1.1, 0.8, true),
                (fab.Threat.Norm, fab.Steps, fab.Restarts, fab.AlphaMax, fab.Eta, fab.Beta, fab.StopsWithinEpsilon));
            var targeted = (FabTargeted)new FabTargeted(L2, 7, 4, 2, 0.2, 1.1, 0.8, true).ScaledTo(0.1);
            Assert.Equal((0.1, 7, 4, 2, 0.2, 1.1, 0.8, true),
                (targeted.Threat.Epsilon, targeted.Steps, targeted.Targets, targeted.Restarts, targeted.AlphaMax,
                targeted.Eta, targeted.Beta, targeted.StopsWithinEpsilon));
            var fool = (DeepFool)new DeepFool(L2, 7, 0.1, 4).WithThreat(ThreatModel.Linf(0.1));
            Assert.Equal((Norm.Linf, 7, 0.1, 4), (fool.Threat.Norm, fool.Steps, fool.Overshoot, fool.Candidates));
            var cw = (CarliniWagner)new CarliniWagner(L2, 7, 3, 0.1, 2, 0.5, false).ScaledTo(0.1);
            Assert.Equal((0.1, 7, 3, 0.1, 2, 0.5, false),
                (cw.Threat.Epsilon, cw.Steps, cw.Searches, cw.LearningRate, cw.InitialConstant, cw.Confidence,
                cw.AbortsEarly));
        }

        [Fact]
        public void That_make_no_sense_are_refused_by_name()
        {
            Refused("steps", () => new Adr.Attacks.Fab(L2, 0));
            Refused("restarts", () => new Adr.Attacks.Fab(L2, restarts: 0));
            Refused("alphaMax", () => new Adr.Attacks.Fab(L2, alphaMax: 1.1));
            Refused("alphaMax", () => new Adr.Attacks.Fab(L2, alphaMax: double.NaN));
            Refused("eta", () => new Adr.Attacks.Fab(L2, eta: 0.9));
            Refused("eta", () => new Adr.Attacks.Fab(L2, eta: double.PositiveInfinity));
            Refused("beta", () => new Adr.Attacks.Fab(L2, beta: 1));
            Refused("targets", () => new FabTargeted(L2, targets: 0));
            Refused("threat", () => new FabTargeted(null!));
            Refused("steps", () => new DeepFool(L2, 0));
            Refused("overshoot", () => new DeepFool(L2, overshoot: -0.1));
            Refused("candidates", () => new DeepFool(L2, candidates: 1));
            Refused("threat", () => new DeepFool(ThreatModel.L1(1)));
            Refused("threat", () => new DeepFool(L2).WithThreat(ThreatModel.L1(1)));
            Refused("steps", () => new CarliniWagner(L2, 0));
            Refused("searches", () => new CarliniWagner(L2, searches: 0));
            Refused("learningRate", () => new CarliniWagner(L2, learningRate: 0));
            Refused("initialConstant", () => new CarliniWagner(L2, initialConstant: 0));
            Refused("confidence", () => new CarliniWagner(L2, confidence: -1));
            Refused("threat", () => new CarliniWagner(ThreatModel.Linf(1)));
            Refused("threat", () => new CarliniWagner(ThreatModel.L1(1)));

            static void Refused(string parameter, Func<object> make) =>
                Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(make).ParamName);
        }
    }

    public class CarliniWagnerSearch
    {
        [Fact]
        public void Is_confident_by_the_margin_asked_for()
        {
            using var scope = NewDisposeScope();
            var (model, images, labels) = Blobs.Trained();
            using var owned = model;
            var nearest = new CarliniWagner(ThreatModel.L2(1), 60, 6, 0.05, 0.1, 0.5)
                .Find(model, images, labels, ExampleSeeds.Sequence(1, images.shape[0]));
            var (before, after, distances) = (Margins.Of(model, images, labels),
                Margins.Of(model, nearest.Images, labels), Close.Doubles(nearest.Distance));
            Assert.InRange(distances.Count(double.IsFinite), 90, 96);
            for (var i = 0; i < after.Length; i++)
                if (before[i] <= 0 && double.IsFinite(distances[i])) Assert.InRange(after[i], 0.4999, 1.5);
        }
    }
}
