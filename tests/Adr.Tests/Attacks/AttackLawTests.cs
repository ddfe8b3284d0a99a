using Adr.Attacks;
using Adr.Tests.Reference;
using TorchSharp;
using TorchSharp.Modules;
using static Adr.Tests.Attacks.AttackTable;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>What every attack of <see cref="AttackTable"/> must hold on any valid input.</summary>
public static class AttackLawTests
{
    private static Tensor Run(Attack attack, AttackCase sample, ExampleSeeds? seeds = null)
    {
        using var model = sample.Model();
        return attack.Run(model, sample.Images, sample.Labels, seeds ?? sample.Seeds);
    }

    // whether an attack has nothing to do, for it leaves alone what is wrong: all points are wrong as they are, or no
    // nearest image is found, or Auto-Attack, which hands back what it can't break as it came, breaks none
    private static bool StandsStill(AttackRow row, AttackCase sample)
    {
        if (!row.SkipsErrors && (row.Random || !row.StopsEarly)) return false;
        using var model = sample.Model();
        model.eval();
        if (Margins.Of(model, sample.Images, sample.Labels).All(margin => margin > 0)) return true;
        if (row.Make(sample.Threat) is AutoAttack all) return BreaksNone(all, model, sample);
        return row.Make(sample.Threat) is MinimumNormAttack search
            && Close.Doubles(search.Find(model, sample.Images, sample.Labels, sample.Seeds).Distance)
                .All(distance => distance == 0 || double.IsInfinity(distance));
    }

    private static bool BreaksNone(AutoAttack attack, Sequential model, AttackCase sample)
    {
        var before = Margins.Of(model, sample.Images, sample.Labels);
        var after = Margins.Of(model, attack.Run(model, sample.Images, sample.Labels, sample.Seeds), sample.Labels);
        return before.Zip(after).All(pair => pair.First > 0 || pair.Second <= 0);
    }

    public class Result
    {
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Lies_in_the_ball_and_in_the_box(string name) => ForAll(name, (row, sample) =>
        {
            var images = sample.Images;
            var adversarial = Run(row.Make(sample.Threat), sample);
            Assert.Equal(images.shape, adversarial.shape);
            Assert.Equal(images.dtype, adversarial.dtype);
            Assert.False(adversarial.requires_grad);
            Feasible.Assert(sample.Threat, Close.Doubles(images), Close.Doubles(adversarial), sample.Points);
        });

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Is_the_image_itself_where_epsilon_is_zero(string name) => ForAll(name, (row, sample) =>
            Close.Same(sample.Images, Run(row.Make(sample.Threat.WithEpsilon(0)), sample), "ε = 0"));

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Moves_where_epsilon_is_not_zero(string name) => ForAll(name, (row, sample) =>
        {
            // under L1 a sparse step may take pixels alone that are at their bound, and cannot move
            sample = sample with { IsInside = sample.Norm == Norm.L1 };
            var inside = Close.Doubles(sample.Images)
                .Any(pixel => pixel > sample.Bounds.Low + 0.01 && pixel < sample.Bounds.High - 0.01);
            // its gradient is nowhere zero
            if (sample.Kind == TinyModels.Kind.Linear && inside && !StandsStill(row, sample))
                Assert.NotEqual(Close.Doubles(sample.Images), Close.Doubles(Run(row.Make(sample.Threat), sample)));
        });

        // In double precision, so that no sign of a gradient hangs on how a matrix product was split.
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Does_not_depend_on_the_batch_a_point_sits_in(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            model.to(ScalarType.Float64);
            var (images, labels, attack) = (sample.Images.to(ScalarType.Float64), sample.Labels,
                row.Make(sample.Threat));
            var together = attack.Run(model, images, labels, sample.Seeds);
            foreach (var part in new[] { new[] { sample.Points - 1 },
                [.. Enumerable.Range(0, sample.Points).Reverse()] })
            {
                var index = tensor(part.Select(i => (long)i).ToArray());
                var apart = attack.Run(model, images.index_select(0, index), labels.index_select(0, index),
                    sample.Seeds.Select(part));
                Close.Tensor(together.index_select(0, index), apart, 1e-7, $"points {string.Join(",", part)}");
            }
        });

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Is_the_same_to_the_bit_for_the_same_seed(string name) => ForAll(name, (row, sample) =>
        {
            manual_seed(1);
            var first = Run(row.Make(sample.Threat), sample);
            manual_seed(2); // the engine's own generator must not matter
            Close.Same(first, Run(row.Make(sample.Threat), sample), "second run");
        });

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Depends_on_the_seed_where_and_only_where_the_attack_is_random(string name) =>
            ForAll(name, (row, sample) =>
        {
            // under L2 and a step inside the box the end of the path keeps a trace of its beginning
            sample = sample with { Norm = Norm.L2, Kind = TinyModels.Kind.Mlp, Epsilon = 0.3, Points = 4 };
            // the first: MinimumNormAttackTests has its own law
            if (row.FirstRunIsFixed || StandsStill(row, sample)) return;
            var first = Close.Doubles(Run(row.Make(sample.Threat), sample));
            var second = Close.Doubles(Run(row.Make(sample.Threat), sample,
                sample.Seeds with { Seed = sample.Seed + 1_000_003 }));
            var third = Close.Doubles(Run(row.Make(sample.Threat), sample,
                new ExampleSeeds(sample.Seed, [.. sample.Seeds.Indices.Select(i => i + 1)])));
            Assert.Equal(row.Random, !first.SequenceEqual(second));
            Assert.Equal(row.Random, !first.SequenceEqual(third));
        });
    }

    public class Strength
    {
        [Theory, MemberData(nameof(AttackTable.WithBudget), MemberType = typeof(AttackTable))]
        public void A_larger_budget_never_raises_robust_accuracy(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            model.eval();
            var (images, labels) = (sample.Images, sample.Labels);
            bool[]? broken = null;
            foreach (var budget in new[] { 1, 2, 4 })
            {
                var adversarial = row.Budget!(sample.Threat, budget).Run(model, images, labels, sample.Seeds);
                var now = Margins.Of(model, adversarial, labels).Select(margin => margin > 1e-6).ToArray();
                if (broken is not null)
                    for (var i = 0; i < now.Length; i++) Assert.True(now[i] || !broken[i],
                        $"point {i} was broken by a smaller budget and is not by {budget}.");
                broken = [.. Margins.Of(model, adversarial, labels).Select(margin => margin > 2e-6)];
            }
        });

        [Theory, MemberData(nameof(AttackTable.SeeksTheWorst), MemberType = typeof(AttackTable))]
        public void On_a_linear_model_of_two_classes_it_reaches_the_known_optimum(string name) =>
            ForAll(name, (row, sample) =>
        {
            // the margin is ⟨w, x⟩ + b, so its largest rise within the ball is ε‖w‖ in the dual norm; the box is out of
            // reach
            sample = sample with { Kind = TinyModels.Kind.Linear, Classes = 2, Channels = 3, Height = 3, Width = 4,
                Epsilon = 0.125, Bounds = new(-10, 10) };
            using var model = sample.Model();
            var (images, labels) = (sample.Images * 0.05, sample.Labels);
            var weight = Close.Doubles(model.get_parameter("last.weight")!);
            var difference = weight.Take(weight.Length / 2).Zip(weight.Skip(weight.Length / 2), (a, b) => a - b)
                .ToArray();
            var dual = sample.Norm switch { Norm.Linf => difference.Sum(Math.Abs), Norm.L1 => difference.Max(Math.Abs),
                _ => Math.Sqrt(difference.Sum(d => d * d)) };
            var adversarial = row.Make(sample.Threat).Run(model, images, labels, sample.Seeds);
            var rises = Margins.Of(model, adversarial, labels)
                .Zip(Margins.Of(model, images, labels), (after, before) => after - before);
            var share = sample.Norm == Norm.Linf ? 0.999 : row.LinearShare;
            Assert.All(rises, rise => Assert.InRange(rise / (sample.Epsilon * dual), share, 1.001));
        });

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void It_breaks_a_trained_model_and_its_opposite_does_not(string name)
        {
            var row = AttackTable.Row(name);
            using var scope = NewDisposeScope();
            var (model, images, labels) = Blobs.Trained();
            using var owned = model;
            var natural = Margins.Accuracy(model, images, labels);
            Assert.True(natural >= 0.98, $"The tiny model should be trained, but its accuracy is {natural}.");
            foreach (var threat in new[] { ThreatModel.Linf(0.15), ThreatModel.L2(0.6), ThreatModel.L1(2.4) })
            {
                if (!row.Norms.Contains(threat.Norm)) continue;
                var attack = row.Make(threat);
                if (threat.Norm == Norm.L1 && attack.Steps == 1) continue; // one step moves one pixel
                var adversarial = attack.Run(model, images, labels, ExampleSeeds.Sequence(1, images.shape[0]));
                var robust = Margins.Accuracy(model, adversarial, labels);
                // KL drives a prediction away from itself, from a small noise as often towards more certainty as
                // towards the other class
                Assert.True(robust <= natural - row.LeastFall,
                    $"{attack}: accuracy falls from {natural} to {robust} only.");
                // what an attack with the wrong sign would find; it shows that the bound above can fail
                var opposite = threat.Project(2 * images - adversarial, images);
                var harmless = Margins.Accuracy(model, opposite, labels);
                Assert.True(!row.SeeksErrors || harmless >= natural - 0.02,
                    $"{attack}: the opposite step lowers accuracy to {harmless}.");
            }
        }
    }

    public class Cost
    {
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Is_what_the_model_was_asked(string name) => ForAll(name, (row, sample) =>
        {
            using var model = new Counting(sample.Model());
            var (attack, cost) = (row.Make(sample.Threat), new AttackCost());
            attack.Run(model, sample.Images, sample.Labels, sample.Seeds, cost: cost);
            // two images at most are shown by the check of the input
            if (attack is not Transfer) Assert.Equal(model.Images - Math.Min(2, sample.Points), cost.Forwards);
            Assert.Equal(cost.Forwards + cost.Backwards, cost.ModelEvaluations);
            var most = cost.Forwards * (row.ManyGradients ? sample.Classes - 1 : 1);
            Assert.InRange(cost.Backwards, 0, most);
            if (attack.NeedsGradient) Assert.InRange(cost.Backwards, row.SkipsErrors ? 0 : sample.Points
                * (row.StopsEarly ? 1L : attack.Steps), most);
            else if (attack is not Transfer) Assert.Equal(0, cost.Backwards);
            if (attack is Pgd { Restarts: var runs })
            {
                Assert.InRange(cost.Backwards, 0, (long)runs * attack.Steps * sample.Points);
                Assert.InRange(cost.Forwards, 0, cost.Backwards + (runs + 1L) * sample.Points);
            }
        }, cases: 5);
    }

    /// <summary>Counts the images that it is shown.</summary>
    private sealed class Counting : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _inner;

        internal Counting(nn.Module<Tensor, Tensor> inner) : base("counting")
        {
            _inner = inner;
            register_module("inner", inner);
        }

        internal long Images { get; private set; }

        public override Tensor forward(Tensor images)
        {
            Images += images.shape[0];
            return _inner.call(images);
        }
    }
}
