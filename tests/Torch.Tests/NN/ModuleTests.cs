using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Adr.Torch.Tests.NN;

[Collection(GlobalSeed.Name)]
public class ModuleTests
{
    public sealed class Components : ModuleTests
    {
        [Fact]
        public void Names_are_those_PyTorch_gives()
        {
            using var model = new Custom();

            Assert.Equal(
                ["scale", "first.weight", "first.bias", "middle.0.weight", "middle.0.bias", "middle.1.weight", "middle.1.bias", "last.out.weight", "last.out.bias"],
                model.named_parameters().Select(p => p.name));
            Assert.Equal(["shift", "scratch"], model.named_buffers().Select(b => b.name));
            Assert.Equal(["shift"], model.named_buffers(include_nonpersistent: false).Select(b => b.name));
            Assert.Equal(["first", "middle", "last", "same"], model.named_children().Select(c => c.name));
            Assert.Equal(
                ["first", "middle", "last", "same", "middle.0", "middle.1", "last.dropout", "last.out"], model.named_modules().Select(m => m.name));
            Assert.Equal(["scale"], model.named_parameters(recurse: false).Select(p => p.name));
        }

        [Fact]
        public void Are_found_by_full_name()
        {
            using var model = new Custom();

            Assert.Equal([2L, 3L], model.get_parameter("last.out.weight")!.shape);
            Assert.Same(model.get_parameter("first.bias"), model.get_parameter("same.bias"));
            Assert.True(model.has_buffer("shift"));
            Assert.False(model.has_parameter("last.out.nothing"));
            Assert.Null(model.get_buffer("last.out.weight"));
        }

        [Fact]
        public void Names_must_be_free_and_without_dots()
        {
            using var model = new Custom();
            using var layer = Linear(1, 1);

            Assert.Throws<InvalidOperationException>(() => model.register_module("first", layer));
            Assert.Throws<InvalidOperationException>(() => model.register_buffer("scale", model.Scratch));
            Assert.Throws<ArgumentException>(() => model.register_module("a.b", layer));
            Assert.Throws<ArgumentException>(() => model.register_module("", layer));
            Assert.Throws<InvalidOperationException>(() => ReLU().register_module("layer", layer));
        }

        [Fact]
        public void Replacing_a_weight_replaces_the_parameter()
        {
            using var layer = Linear(2, 2);
            var old = layer.weight;

            layer.weight = new Parameter(ones(2, 2));
            layer.bias = null;

            Assert.True(old.IsInvalid);
            Assert.Same(layer.weight, Assert.Single(layer.parameters()));
        }

        [Fact]
        public void Apply_reaches_children_first()
        {
            using var model = new Custom();
            var seen = new List<string>();

            Assert.Same(model, model.apply(m => seen.Add(m.GetName())));

            Assert.Equal(["Linear", "Linear", "Linear", "ModuleList", "Dropout", "Linear", "Sequential", "Linear", "Custom"], seen);
        }
    }

    public sealed class StateDict : ModuleTests
    {
        [Fact]
        public void Goes_round()
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            using var source = Nets.Small();
            source.call(randn(4, 1, 6, 6)); // moves the running moments
            using var target = Nets.Small();

            var (missing, unexpected) = target.load_state_dict(source.state_dict());

            Assert.Empty(missing);
            Assert.Empty(unexpected);
            source.eval();
            target.eval();
            var x = randn(4, 1, 6, 6);
            Assert.True(source.call(x).equal(target.call(x)).all().item<bool>());
            Assert.Equal(1, target.get_buffer("1.num_batches_tracked")!.item<long>());
            Assert.All(target.parameters(), p => Assert.True(p.requires_grad));
        }

        [Fact]
        public void Holds_shared_parameters_under_each_name_and_leaves_scratch_out()
        {
            using var model = new Custom();

            var state = model.state_dict();

            Assert.Same(state["first.weight"], state["same.weight"]);
            Assert.DoesNotContain("scratch", state.Keys);
            Assert.Equal("a.scale", model.state_dict(prefix: "a").Keys.First());
        }

        [Fact]
        public void Names_that_differ_are_named_and_nothing_is_copied()
        {
            using var scope = NewDisposeScope();
            using var model = Linear(2, 2);
            var before = model.weight.clone();
            var state = new Dictionary<string, Tensor> { ["weight"] = zeros(2, 2), ["wait"] = zeros(2) };

            var error = Assert.Throws<InvalidOperationException>(() => model.load_state_dict(state));

            Assert.Contains("missing [bias]", error.Message);
            Assert.Contains("unexpected [wait]", error.Message);
            Assert.True(before.equal(model.weight).all().item<bool>());
        }

        [Fact]
        public void Not_strict_copies_what_is_there()
        {
            using var scope = NewDisposeScope();
            using var model = Linear(2, 2);

            var (missing, unexpected) = model.load_state_dict(new() { ["weight"] = zeros(2, 2), ["wait"] = zeros(2) }, strict: false);

            Assert.Equal(["bias"], missing);
            Assert.Equal(["wait"], unexpected);
            Assert.Equal(0, model.weight.abs().max().item<float>());
        }

        [Fact]
        public void A_shape_that_differs_is_an_error_before_anything_is_copied()
        {
            using var scope = NewDisposeScope();
            using var model = Linear(2, 2);
            var before = model.weight.clone();

            var error = Assert.Throws<ArgumentException>(() => model.load_state_dict(new() { ["weight"] = zeros(2, 2), ["bias"] = zeros(3) }));

            Assert.Contains("'bias'", error.Message);
            Assert.True(before.equal(model.weight).all().item<bool>());
        }
    }

    public sealed class Modes : ModuleTests
    {
        [Fact]
        public void Reach_every_module()
        {
            using var model = new Custom();
            Assert.True(model.training);

            model.eval();

            Assert.All(model.modules(), m => Assert.False(m.training));
            model.train();
            Assert.All(model.modules(), m => Assert.True(m.training));
        }

        [Theory]
        [InlineData(0.3)]
        [InlineData(0.0)]
        [InlineData(1.0)]
        public void Dropout_drops_in_training_only_and_keeps_the_mean(double p)
        {
            using var scope = NewDisposeScope();
            manual_seed(2);
            using var layer = Dropout(p);
            var x = ones(10_000);

            var dropped = layer.call(x);
            layer.eval();

            Assert.True(x.equal(layer.call(x)).all().item<bool>());
            var share = dropped.eq(0).to(ScalarType.Float32).mean().item<float>();
            Assert.InRange(share, p - 0.02, p + 0.02);
            if (p < 1) Assert.Equal(1 / (1 - p), dropped.max().item<float>(), 5);
        }

        [Fact]
        public void Dropout2d_drops_whole_channels()
        {
            using var scope = NewDisposeScope();
            manual_seed(2);

            foreach (var x in new[] { ones(64, 4, 3, 3), ones(256, 3, 3) })
            {
                var channels = Dropout2d(0.5).call(x).reshape(256, 9);
                Assert.True(channels.eq(channels.narrow(1, 0, 1)).all().item<bool>());
                Assert.InRange(channels.narrow(1, 0, 1).eq(0).to(ScalarType.Float32).mean().item<float>(), 0.35, 0.65);
            }
        }

        [Fact]
        public void Batch_normalisation_learns_moments_in_training_and_uses_them_after()
        {
            using var scope = NewDisposeScope();
            using var layer = BatchNorm1d(1, momentum: 0.25);
            var x = tensor(new float[] { 1, 2, 3, 6 }).reshape(4, 1);

            var normalised = layer.call(x);

            Assert.Equal(0, normalised.mean().item<float>(), 5);
            Assert.Equal(0.25 * 3, layer.running_mean!.item<float>(), 5); // the mean is 3
            Assert.Equal(0.75 + 0.25 * 14.0 / 3, layer.running_var!.item<float>(), 5); // the unbiased variance is 14/3
            layer.eval();
            Assert.Equal((1 - 0.75) / Math.Sqrt(0.75 + 0.25 * 14.0 / 3 + 1e-5), layer.call(x)[0, 0].item<float>(), 5);
            Assert.Equal(1, layer.num_batches_tracked!.item<long>());
        }

        [Fact]
        public void Batch_normalisation_without_moments_always_uses_the_batch()
        {
            using var scope = NewDisposeScope();
            using var layer = BatchNorm2d(2, track_running_stats: false, affine: false);
            Assert.Empty(layer.state_dict());
            layer.eval();

            Assert.Equal(0, layer.call(randn(3, 2, 4, 4) + 5).mean().item<float>(), 4);
        }

        [Fact]
        public void A_layer_says_which_shape_it_expects()
        {
            using var scope = NewDisposeScope();

            Assert.Contains("[B,2,H,W], got [1, 2, 3]", Assert.Throws<ArgumentException>(() => BatchNorm2d(2).call(zeros(1, 2, 3))).Message);
            Assert.Contains("got [1, 3, 5, 5]", Assert.Throws<ArgumentException>(() => Conv2d(2, 1, 3).call(zeros(1, 3, 5, 5))).Message);
        }
    }

    public sealed class Calls : ModuleTests
    {
        [Fact]
        public void Hooks_change_what_goes_in_and_comes_out_until_removed()
        {
            using var scope = NewDisposeScope();
            using var layer = ReLU();
            var before = layer.register_forward_pre_hook((_, x) => x - 1);
            var after = layer.register_forward_hook((_, x, y) => x + 10 * y);

            Assert.Equal(22, layer.call(tensor(3f)).item<float>());
            before.remove();
            after.remove();
            Assert.Equal(3, layer.call(tensor(3f)).item<float>());
        }

        [Fact]
        public void A_hook_may_remove_itself_and_return_nothing()
        {
            using var scope = NewDisposeScope();
            using var layer = ReLU();
            var calls = 0;
            HookableModule<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>.HookRemover? hook = null;
            hook = layer.register_forward_hook((_, _, _) => { calls++; hook!.remove(); return null!; });

            layer.call(tensor(1f));
            Assert.Equal(1, layer.call(tensor(1f)).item<float>());
            Assert.Equal(1, calls);
        }

        [Fact]
        public void An_empty_sequence_is_the_identity()
        {
            using var scope = NewDisposeScope();
            Assert.Equal(3, Sequential().call(tensor(3f)).item<float>());
            Assert.Equal(3, Sequential(Identity(), Identity()).call(tensor(3f)).item<float>());
        }

        [Fact]
        public void A_sequence_keeps_the_gradient_to_its_input()
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            using var model = Nets.Small();
            var x = randn(2, 1, 6, 6).requires_grad_();

            model.call(x).sum().backward();

            Assert.True(x.grad!.abs().sum().item<float>() > 0);
            Assert.All(model.parameters(), p => Assert.Equal(p.shape, p.grad!.shape));
            model.zero_grad();
            Assert.All(model.parameters(), p => Assert.Null(p.grad));
        }
    }

    public sealed class Moving : ModuleTests
    {
        [Fact]
        public void Converts_floating_point_tensors_gradients_included_and_keeps_the_objects()
        {
            using var scope = NewDisposeScope();
            using var model = Nets.Small();
            var parameters = model.parameters().ToList();
            model.call(randn(2, 1, 6, 6)).sum().backward();

            Assert.Same(model, model.to(ScalarType.Float64));

            Assert.Equal(parameters, model.parameters());
            Assert.All(parameters, p => Assert.Equal((ScalarType.Float64, ScalarType.Float64, true, true), (p.dtype, p.grad!.dtype, p.requires_grad, p.is_leaf)));
            Assert.Equal(ScalarType.Int64, model.get_buffer("1.num_batches_tracked")!.dtype);
            Assert.Equal(ScalarType.Float64, model.get_buffer("1.running_mean")!.dtype);
            model.call(randn(2, 1, 6, 6, ScalarType.Float64)).sum().backward();
            Assert.Throws<ArgumentException>(() => model.to(ScalarType.Int32));
        }

        [Fact]
        public void Reaches_the_GPU_and_comes_back_with_the_same_numbers()
        {
            if (!cuda.is_available()) return; // the development machines have none
            using var scope = NewDisposeScope();
            using var model = Nets.Small();
            var before = model.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
            using var optimiser = optim.SGD(model.parameters(), 0);

            model.to(CUDA);
            model.call(randn(4, 1, 6, 6, device: CUDA)).sum().backward();
            optimiser.step();
            Assert.All(model.state_dict().Values, t => Assert.Equal(DeviceType.CUDA, t.device_type));
            Assert.All(model.parameters(), p => Assert.Equal(DeviceType.CUDA, p.grad!.device_type));

            model.cpu();
            foreach (var (name, parameter) in model.named_parameters()) Assert.True(parameter.equal(before[name]).all().item<bool>());
            Assert.All(model.parameters(), p => Assert.Equal(DeviceType.CPU, p.grad!.device_type));
        }
    }

    public sealed class Lifetime : ModuleTests
    {
        [Fact]
        public void A_layer_made_in_a_scope_outlives_it()
        {
            Sequential model;
            using (NewDisposeScope()) model = Nets.Small();

            Assert.All(model.parameters(), p => Assert.False(p.IsInvalid));
            Assert.All(model.buffers(), b => Assert.False(b.IsInvalid));
            model.Dispose();
        }

        [Fact]
        public void Disposing_frees_every_tensor()
        {
            var before = LiveTensors.Settled();
            var model = new Custom();
            using var optimiser = optim.SGD(model.parameters(), 0.1);
            Assert.True(Tensor.TotalCount > before);

            model.Dispose();

            Assert.Equal(before, Tensor.TotalCount);
        }

        [Fact]
        public void Training_in_scopes_leaves_nothing_behind()
        {
            using var model = Nets.Small();
            using var optimiser = optim.Adam(model.parameters(), amsgrad: true);
            long Train(int steps)
            {
                for (var i = 0; i < steps; i++)
                {
                    using var scope = NewDisposeScope();
                    optimiser.zero_grad();
                    var loss = functional.cross_entropy(model.call(randn(4, 1, 6, 6)), randint(3, new long[] { 4 }));
                    loss.backward();
                    utils.clip_grad_norm_(model.parameters(), 1);
                    optimiser.step();
                }
                return Tensor.TotalCount;
            }

            LiveTensors.Settled();
            Assert.Equal(Train(1), Train(10));
        }
    }
}
