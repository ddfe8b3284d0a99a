using Adr.Attacks;
using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static Adr.Tests.Attacks.AttackTable;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>What every attack of <see cref="AttackTable"/> leaves alone, and what it refuses.</summary>
public static class AttackSafetyTests
{
    /// <summary>Everything about a model that an attack must not change.</summary>
    private sealed record Snapshot(double[][] Parameters, double[][] Buffers, bool[] Modes, bool[] Flags,
        double[]?[] Gradients)
    {
        internal static Snapshot Of(nn.Module model) => new(
            [.. model.parameters().Select(p => Close.Doubles(p))],
            [.. model.buffers().Select(Close.Doubles)],
            [.. model.modules().Select(m => m.training), model.training],
            [.. model.parameters().Select(p => p.requires_grad)],
            [.. model.parameters().Select(p => p.grad is { } gradient ? Close.Doubles(gradient) : null)]);

        internal void AssertSame(Snapshot now)
        {
            Assert.Equal(Parameters, now.Parameters);
            Assert.Equal(Buffers, now.Buffers);
            Assert.Equal(Modes, now.Modes);
            Assert.Equal(Flags, now.Flags);
            Assert.Equal(Gradients, now.Gradients);
        }
    }

    /// <summary>Some modules in training mode and some not, some parameters frozen, some with gradients.</summary>
    private static Snapshot Mix(nn.Module model, int seed)
    {
        var coins = SplitMix.Uniform(seed, 100).Select(u => u < 0.5).ToArray();
        var next = 0;
        model.train(coins[next++]);
        foreach (var child in model.children()) child.train(coins[next++]);
        foreach (var parameter in model.parameters())
        {
            if (coins[next++]) parameter.grad = (parameter.detach() * 2).DetachFromDisposeScope();
            parameter.requires_grad = coins[next++];
        }
        return Snapshot.Of(model);
    }

    public class Model
    {
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Is_untouched_afterwards(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            var before = Mix(model, sample.Seed);
            row.Make(sample.Threat).Run(model, sample.Images, sample.Labels, sample.Seeds);
            before.AssertSame(Snapshot.Of(model));
        }, 25);

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Is_untouched_after_a_failure(string name) => ForAll(name, (row, sample) =>
        {
            var attack = row.Make(sample.Threat);
            // fails in the checks, at the first step, or within the loop
            foreach (var survives in attack is Transfer ? [0] : row.StopsEarly ? [0, 1] : new[] { 0, 1, attack.Steps })
            {
                using var model = new Failing(sample.Model(), survives);
                var before = Mix(model, sample.Seed);
                Assert.Throws<TimeoutException>(() => attack.Run(model, sample.Images, sample.Labels, sample.Seeds));
                before.AssertSame(Snapshot.Of(model));
            }
        }, 5);

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Is_attacked_in_evaluation_mode(string name) => ForAll(name, (row, sample) =>
        {
            using var model = (sample with { Kind = TinyModels.Kind.Cnn }).Model();
            var attack = row.Make(sample.Threat);
            var training = attack.Run(model, sample.Images, sample.Labels, sample.Seeds);
            model.eval();
            Close.Same(attack.Run(model, sample.Images, sample.Labels, sample.Seeds), training,
                "training mode before the attack");
        }, 10);

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Images_and_labels_are_untouched(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            var (images, labels) = (sample.Images, sample.Labels);
            row.Make(sample.Threat).Run(model, images, labels, sample.Seeds);
            Close.Same(sample.Images, images, "images");
            Assert.Equal(Close.Longs(sample.Labels), Close.Longs(labels));
            Assert.Null(images.grad);
        }, 5);

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Works_while_autograd_is_off(string name) => ForAll(name, (row, sample) =>
        {
            using var model = sample.Model();
            var attack = row.Make(sample.Threat);
            var expected = attack.Run(model, sample.Images, sample.Labels, sample.Seeds);
            using var noGraph = no_grad();
            Close.Same(expected, attack.Run(model, sample.Images, sample.Labels, sample.Seeds), "under no_grad");
            Assert.False(is_grad_enabled());
        }, 5);
    }

    public class Answers
    {
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Of_a_model_that_works_in_place_are_attacked_as_those_of_one_that_does_not(string name) =>
            ForAll(name, (row, sample) =>
            {
                using var inPlace = Around.InPlace(sample.Model());
                using var model = Around.OutOfPlace(sample.Model());
                var (images, attack) = (sample.Images, row.Make(sample.Threat));
                var attacked = attack.Run(inPlace, images, sample.Labels, sample.Seeds);
                Close.Same(sample.Images, images, "the caller's images");
                Close.Same(attack.Run(model, sample.Images, sample.Labels, sample.Seeds), attacked, "attacked images");
                Feasible.Assert(sample.Threat, Close.Doubles(images), Close.Doubles(attacked), sample.Points);
            }, 4);

        // a model may free what it was given, too
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Of_a_model_that_disposes_of_its_input_are_attacked(string name)
        {
            using var scope = NewDisposeScope();
            using var model = new Around(Sample.Model(), images =>
            {
                using (images) return images.clone();
            });
            var images = Sample.Images;
            Make(name).Run(model, images, Sample.Labels, Sample.Seeds);
            Close.Same(Sample.Images, images, "the caller's images");
        }

        // and it may answer in a tensor that it fills again at the next call
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Of_a_model_that_answers_in_a_reused_tensor_are_attacked_as_usual(string name) =>
            ForAll(name, (row, sample) =>
            {
                using var scope = NewDisposeScope();
                using var reusing = Around.Reusing(sample.Model(), scope);
                using var model = sample.Model();
                var attack = row.Make(sample.Threat);
                Close.Same(attack.Run(model, sample.Images, sample.Labels, sample.Seeds),
                    attack.Run(reusing, sample.Images, sample.Labels, sample.Seeds), "attacked images");
            }, 4);

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Of_another_floating_point_type_are_attacked_like_the_same_numbers_in_float32(string name)
        {
            using var scope = NewDisposeScope();
            foreach (var type in new[] { ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16 })
            {
                using var model = new Around(Sample.Model(), after: logits => logits.to(type));
                using var rounded = new Around(Sample.Model(), after: logits => logits.to(type)
                    .to(ScalarType.Float32));
                Close.Same(Make(name).Run(rounded, Sample.Images, Sample.Labels, Sample.Seeds),
                    Make(name).Run(model, Sample.Images, Sample.Labels, Sample.Seeds), $"{type}");
            }
        }

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Of_a_model_in_double_precision_are_attacked(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Sample.Model().to(ScalarType.Float64);
            var (images, attack) = (Sample.Images.to(ScalarType.Float64), Make(name));
            var attacked = attack is Transfer
                ? new Transfer(new Fgsm(attack.Threat), model, "itself")
                    .Run(model, images, Sample.Labels, Sample.Seeds)
                : attack.Run(model, images, Sample.Labels, Sample.Seeds);
            Assert.Equal(ScalarType.Float64, attacked.dtype);
            Feasible.Assert(attack.Threat, Close.Doubles(images), Close.Doubles(attacked), Sample.Points);
            var wrong = Assert.Throws<ArgumentException>("model", () =>
                attack.Run(model, Sample.Images, Sample.Labels, Sample.Seeds));
            Assert.Contains("weights are Float64 and the images Float32", wrong.Message, StringComparison.Ordinal);
        }

        public static TheoryData<string, string> NotLogits => new()
        {
            { "the class", "outputs of type Int64" },
            { "right or wrong", "outputs of type Bool" },
            { "one number", "stands for the logits [0, z]" },
            { "a column", "stands for the logits [0, z]" },
            { "maps", "[B,K], a row for each image and a column for each class. For 2 images that is [2,K]" },
            { "one row", "it gave [1,3]" },
            { "classes first", "it gave [3,2]" },
            { "nothing", "returned null" },
        };

        [Theory, MemberData(nameof(NotLogits))]
        public void That_are_no_logits_are_refused_by_every_attack(string what, string message)
        {
            using var scope = NewDisposeScope();
            using var model = new Around(Sample.Model(), after: logits => what switch
            {
                "the class" => logits.argmax(1),
                "right or wrong" => logits.gt(0),
                "one number" => logits.select(1, 0),
                "a column" => logits.narrow(1, 0, 1),
                "maps" => logits.unsqueeze(2),
                "one row" => logits.mean([0L], keepdim: true),
                "classes first" => logits.t(),
                _ => null!,
            });
            foreach (var row in Rows)
            {
                var error = Assert.Throws<ArgumentException>("model", () =>
                    Make(row.Name).Run(model, Sample.Images, zeros_like(Sample.Labels), Sample.Seeds));
                Assert.Contains(message, error.Message, StringComparison.Ordinal);
            }
        }

        [Fact] // the first images may be well, and a smaller batch not
        public void That_change_their_shape_during_the_attack_are_refused()
        {
            using var scope = NewDisposeScope();
            var calls = 0;
            using var model = new Around(Sample.Model(), after: logits => calls++ == 0 ? logits : logits.flatten());
            var error = Assert.Throws<InvalidOperationException>(() =>
                new Fgsm(ThreatModel.Linf(0.1)).Run(model, Sample.Images, Sample.Labels, Sample.Seeds));
            Assert.Contains("must give logits [B,K]", error.Message, StringComparison.Ordinal);
        }

        [Fact]
        public void Of_a_black_box_may_come_in_any_floating_point_type_and_from_a_function_that_works_in_place()
        {
            using var scope = NewDisposeScope();
            using var inner = Sample.Model();
            inner.eval();
            foreach (var type in new[] { ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16 })
            {
                using var rounded = Box(images => inner.call(images - 0.5f).to(type).to(ScalarType.Float32));
                using var box = Box(images => inner.call(images.sub_(0.5f)).to(type));
                foreach (var row in Rows.Where(row => !Make(row.Name).NeedsGradient && Make(row.Name) is not Transfer))
                {
                    var images = Sample.Images;
                    Close.Same(Make(row.Name).Run(rounded, images, Sample.Labels, Sample.Seeds),
                        Make(row.Name).Run(box, images, Sample.Labels, Sample.Seeds), $"{row.Name}, {type}");
                    Close.Same(Sample.Images, images, "the caller's images");
                }
            }
            using var classes = Box(images => inner.call(images).argmax(1));
            Assert.Contains("outputs of type Int64", Assert.Throws<InvalidOperationException>(() =>
                classes.call(Sample.Images)).Message, StringComparison.Ordinal);

            static BlackBox Box(Func<Tensor, Tensor> predict) =>
                new("remote", predict, (int)Sample.Classes, [1, 4, 4]);
        }
    }

    private static readonly AttackCase Sample = new(TinyModels.Kind.Cnn, 3, 1, 4, 4, 3, Norm.Linf, 0.1, Bounds.Unit, 5);

    private static Attack Make(string name) => AttackTable.Row(name).Make(AttackTable.Row(name).Fit(Sample).Threat);

    public class Input
    {
        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void That_is_wrong_is_refused_by_name(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Sample.Model();
            var attack = Make(name);
            var (images, labels, seeds) = (Sample.Images, Sample.Labels, Sample.Seeds);

            Refused("images", with(images, float.NaN), labels, seeds);
            Refused("images", with(images, float.PositiveInfinity), labels, seeds);
            Refused("images", with(images, 1.01f), labels, seeds);
            Refused("images", with(images, -0.01f), labels, seeds);
            Refused("images", (images * 255).to(ScalarType.Byte), labels, seeds);
            Refused("images", images.to(ScalarType.Float16), labels, seeds);
            Refused("images", images.to(ScalarType.BFloat16), labels, seeds);
            Refused("images", images.flatten(), labels, seeds);
            Refused("images", null, labels, seeds);
            Refused("labels", images, labels.narrow(0, 0, 2), seeds);
            Refused("labels", images, labels.unsqueeze(1), seeds);
            Refused("labels", images, labels.to(ScalarType.Float32), seeds);
            Refused("labels", images, tensor(new long[] { 0, 1, 3 }), seeds);
            Refused("labels", images, tensor(new long[] { 0, -1, 2 }), seeds);
            Refused("labels", images, null, seeds);
            Refused("seeds", images, labels, ExampleSeeds.Sequence(1, 2));
            Refused("seeds", images, labels, null);
            Assert.Equal("model",
                Assert.ThrowsAny<ArgumentException>(() => attack.Run(null!, images, labels, seeds)).ParamName);

            void Refused(string parameter, Tensor? x, Tensor? y, ExampleSeeds? s)
            {
                var error = Assert.ThrowsAny<ArgumentException>(() => attack.Run(model, x!, y!, s!));
                Assert.Equal(parameter, error.ParamName);
            }

            static Tensor with(Tensor images, float value)
            {
                var copy = images.clone();
                copy.view(-1).narrow(0, 20, 1).fill_(value); // in the second image
                return copy;
            }
        }

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Of_another_shape_or_box_than_the_classifiers_is_refused(string name)
        {
            using var scope = NewDisposeScope();
            using var model = new TinyClassifier(1);
            var row = AttackTable.Row(name);
            var (labels, seeds) = (zeros(2, dtype: ScalarType.Int64), ExampleSeeds.Sequence(1, 2));
            var wrong = Assert.ThrowsAny<ArgumentException>(() =>
                Make(name).Run(model, zeros(2, 1, 5, 6), labels, seeds));
            Assert.Equal("images", wrong.ParamName);
            Assert.Contains("[B,1,6,6]", wrong.Message, StringComparison.Ordinal);
            var box = new ThreatModel(row.Norms[0], 0.1, new Bounds(-1, 1));
            Assert.Equal("threat",
                Assert.ThrowsAny<ArgumentException>(() => row.Make(box)
                .Run(model, zeros(2, 1, 6, 6), labels, seeds)).ParamName);
        }

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Without_points_gives_none(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Sample.Model();
            var none = Make(name).Run(model, zeros(0, 1, 4, 4), zeros(0, dtype: ScalarType.Int64),
                ExampleSeeds.Sequence(1, 0));
            Assert.Equal([0L, 1L, 4L, 4L], none.shape);
        }

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void Cancelled_stops_and_restores(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Sample.Model();
            var before = Mix(model, 3);
            Assert.Throws<OperationCanceledException>(() =>
                Make(name).Run(model, Sample.Images, Sample.Labels, Sample.Seeds,
                    new CancellationToken(canceled: true)));
            before.AssertSame(Snapshot.Of(model));
        }

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void A_model_without_a_gradient_is_named(string name)
        {
            using var scope = NewDisposeScope();
            using var model = new Detached(Sample.Model());
            var attack = AttackTable.Row(name).Make(AttackTable.Row(name).Fit(Sample).Threat);
            model.eval();
            var labels = model.call(Sample.Images).argmax(1); // all are right, so all are attacked
            if (attack.NeedsGradient) Assert.Contains("no gradient",
                Assert.Throws<InvalidOperationException>(() =>
                attack.Run(model, Sample.Images, labels, Sample.Seeds)).Message, StringComparison.Ordinal);
            else attack.Run(model, Sample.Images, labels, Sample.Seeds); // these need none
        }

        [Theory, MemberData(nameof(AttackTable.All), MemberType = typeof(AttackTable))]
        public void A_model_with_broken_weights_is_named(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Sample.Model();
            using (no_grad()) model.get_parameter("last.weight")!.fill_(float.NaN);
            Assert.Throws<InvalidOperationException>(() =>
                Make(name).Run(model, Sample.Images, Sample.Labels, Sample.Seeds));
        }
    }

    /// <summary>A model whose answers have no gradient.</summary>
    private sealed class Detached : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _inner;

        internal Detached(nn.Module<Tensor, Tensor> inner) : base("detached")
        {
            _inner = inner;
            register_module("inner", inner);
        }

        public override Tensor forward(Tensor images)
        {
            using var noGraph = no_grad();
            return _inner.call(images);
        }
    }

    /// <summary>A model that fails after some forward passes.</summary>
    private sealed class Failing : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _inner;
        private int _left;

        internal Failing(nn.Module<Tensor, Tensor> inner, int survives) : base("failing")
        {
            (_inner, _left) = (inner, survives);
            register_module("inner", inner);
        }

        public override Tensor forward(Tensor images) => _left-- > 0 ? _inner.call(images)
            : throw new TimeoutException("The model gave up.");
    }
}
