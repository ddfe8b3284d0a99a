using Adr.Convolutions;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Convolutions;

/// <summary>The kernels beside libtorch in float64.</summary>
[Properties(Arbitrary = [typeof(Conv3x3Tests.Sample)])]
public static class Conv3x3Tests
{
    private const double Tolerance = 2e-5; // of the largest value

    /// <summary>A layer and its input.</summary>
    public sealed record Sample(
        int Images, int Inputs, int Outputs, int Height, int Width, int Padding, bool HasBias, Activation Then,
        int Seed)
    {
        public static Arbitrary<Sample> Any { get; } = Arb.From(
            from images in Gen.Frequency((7, Gen.Choose(1, 5)), (1, Gen.Choose(6, 40)))
            from inputs in Gen.Frequency((1, Gen.Choose(1, 4)), (3, Gen.Choose(1, 6).Select(n => 16 * n)))
            from outputs in Gen.Choose(1, 6)
            from height in Gen.Choose(4, 19)
            from width in Gen.Choose(4, 19)
            from padding in Gen.Choose(0, 2)
            from hasBias in Gen.Elements(true, false)
            from then in Gen.Elements(inputs > 4 ? Enum.GetValues<Activation>() : [Activation.None, Activation.Relu])
            from seed in Gen.Choose(0, 1_000_000)
            select new Sample(images, inputs, 16 * outputs, height, width, padding, hasBias, then, seed));

        internal Conv2d Layer()
        {
            var layer = nn.Conv2d(Inputs, Outputs, 3, padding: Padding, bias: HasBias);
            using var noGraph = no_grad();
            layer.weight!.copy_(SplitMix.Tensor(Seed * 10L, -1, 1, Outputs, Inputs, 3, 3));
            if (HasBias) layer.bias!.copy_(SplitMix.Tensor(Seed * 10L + 1, -1, 1, Outputs));
            return layer;
        }

        internal Tensor Input() => SplitMix.Tensor(Seed * 10L + 2, -1, 1, Images, Inputs, Height, Width);
    }

    [Law]
    public static void Outputs_and_gradients_are_libtorchs_in_double_precision(Sample sample)
    {
        using var scope = NewDisposeScope();
        using var layer = sample.Layer();
        var x = sample.Input();
        Assert.True(Filter.Of(layer)!.IsForKernelsOf(x, sample.Then), "the kernels do not take it");
        using var exact = (Conv2d)sample.Layer().to(ScalarType.Float64);
        var clear = IsClear(exact.call(x.to(ScalarType.Float64)), sample.Then);
        var direction = SplitMix.Tensor(sample.Seed * 10L + 3, -1, 1, clear.shape) * clear;
        var ours = Gradients(layer, x, direction, sample.Then);
        var theirs = Gradients(exact, x.to(ScalarType.Float64), direction.to(ScalarType.Float64), sample.Then);
        foreach (var (name, (mine, reference)) in ours.Keys.Select(key => (key, (ours[key], theirs[key]))))
        {
            var largest = Math.Max(1e-3, reference.abs().max().item<double>());
            var error = (mine.to(ScalarType.Float64) - reference).abs().max().item<double>() / largest;
            Assert.True(error < Tolerance, $"{name}: error {error:E2} of the largest, {largest:G3}");
        }
    }

    [Fact]
    public static void The_residual_is_added_before_the_relu_and_has_a_gradient()
    {
        using var scope = NewDisposeScope();
        using var layer = new Sample(3, 16, 32, 9, 7, 1, true, Activation.Relu, 5).Layer();
        var (x, residual) = (SplitMix.Tensor(1, -1, 1, 3, 16, 9, 7), SplitMix.Tensor(2, -3, 3, 3, 32, 9, 7));
        var (ours, plain) = (Run(true), Run(false));
        foreach (var (mine, its) in ours.Zip(plain)) Close.Tensor(its, mine, 1e-4, "with a residual");

        Tensor[] Run(bool usesKernels)
        {
            Conv3x3.UsesKernels = usesKernels;
            var (input, added) = (x.clone().requires_grad_(true), residual.clone().requires_grad_(true));
            foreach (var parameter in layer.parameters()) parameter.grad = null;
            var y = Filter.Of(layer)!.Apply(input, Activation.Relu, added);
            (y * y).sum().backward();
            Conv3x3.UsesKernels = true;
            Conv3x3.ThrowIfFailed();
            return [y.detach(), input.grad!, added.grad!, layer.weight!.grad!.clone(), layer.bias!.grad!.clone()];
        }
    }

    [Theory, InlineData(5, 17, 13), InlineData(37, 6, 6)]
    public static void The_bits_do_not_depend_on_the_threads(int images, int height, int width)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(images, 48, 32, height, width, 1, true, Activation.MaxPoolRelu, 7);
        using var layer = sample.Layer();
        var direction = SplitMix.Tensor(3, -1, 1, images, 32, height / 2, width / 2);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Gradients(layer, sample.Input(), direction, sample.Then);
            foreach (var parameter in layer.parameters()) parameter.grad = null;
            set_num_threads(3);
            var three = Gradients(layer, sample.Input(), direction, sample.Then);
            foreach (var name in one.Keys)
                Assert.Equal(Close.Doubles(one[name]), Close.Doubles(three[name]));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public static void Not_a_number_stays_one()
    {
        using var scope = NewDisposeScope();
        foreach (var then in Enum.GetValues<Activation>())
        {
            using var layer = new Sample(1, 16, 16, 8, 8, 1, true, then, 1).Layer();
            var x = zeros(1, 16, 8, 8);
            x[0, 3, 4, 4] = float.NaN;
            Assert.True(Conv3x3.Of(layer, x, then).isnan().any().item<bool>(), $"{then} hides it");
        }
    }

    [Fact]
    public static void A_second_derivative_is_refused_in_words()
    {
        using var scope = NewDisposeScope();
        using var layer = new Sample(1, 16, 16, 8, 8, 1, false, Activation.None, 1).Layer();
        var x = rand([1, 16, 8, 8], requires_grad: true);
        var y = Conv3x3.Of(layer, x);
        autograd.backward([(y * y).sum()], create_graph: true, inputs: [x]);
        var refused = Assert.Throws<InvalidOperationException>(Conv3x3.ThrowIfFailed);
        Assert.Contains("first derivatives only", refused.Message, StringComparison.Ordinal);
        Assert.True(x.grad!.isnan().all().item<bool>());
        Conv3x3.ThrowIfFailed(); // said once
    }

    [Fact]
    public static void What_the_kernels_do_not_take_goes_to_libtorch()
    {
        using var scope = NewDisposeScope();
        using var strided = nn.Conv2d(16, 32, 3, stride: 2);
        using var odd = nn.Conv2d(16, 20, 3);
        using var grouped = nn.Conv2d(32, 32, 3, groups: 2);
        using var dilated = nn.Conv2d(16, 32, 3, dilation: 2);
        foreach (var (layer, inputs) in new[] { (strided, 16), (odd, 16), (grouped, 32), (dilated, 16) })
        {
            var x = rand(2, inputs, 9, 9);
            Assert.Equal(Close.Doubles(layer.call(x).relu()), Close.Doubles(Conv3x3.Of(layer, x, Activation.Relu)));
        }
    }

    [Fact]
    public static void Many_passes_leave_no_tensor()
    {
        using var layer = new Sample(2, 16, 32, 12, 12, 0, true, Activation.MaxPoolRelu, 1).Layer();
        var statistics = DisposeScopeManager.Statistics; // of this thread
        Pass();
        var before = statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 20; i++) Pass();
        Assert.Equal(before, statistics.ThreadTotalLiveCount);

        void Pass()
        {
            using var scope = NewDisposeScope();
            var x = rand([2, 16, 12, 12], requires_grad: true);
            Conv3x3.Of(layer, x, Activation.MaxPoolRelu).sum().backward();
        }
    }

    /// <summary>Where rounding cannot change which way a gradient goes.</summary>
    private static Tensor IsClear(Tensor y, Activation then)
    {
        var enough = 1e-4 * y.abs().max();
        if (then != Activation.MaxPoolRelu) return then == Activation.None ? ones_like(y).gt(0) : y.abs().gt(enough);
        var (b, c, h, w) = (y.shape[0], y.shape[1], y.shape[2] / 2, y.shape[3] / 2);
        var fours = y.narrow(2, 0, 2 * h).narrow(3, 0, 2 * w).reshape(b, c, h, 2, w, 2).permute(0, 1, 2, 4, 3, 5)
            .reshape(b, c, h, w, 4);
        var most = fours.topk(2, -1).values.unbind(-1);
        return most[0].abs().gt(enough).logical_and((most[0] - most[1]).gt(enough));
    }

    private static Dictionary<string, Tensor> Gradients(Conv2d layer, Tensor input, Tensor direction, Activation then)
    {
        var x = input.detach().clone().requires_grad_(true);
        var y = Conv3x3.Of(layer, x, then);
        (y * direction).sum().backward();
        Conv3x3.ThrowIfFailed();
        var found = new Dictionary<string, Tensor>
        {
            ["output"] = y.detach(), ["input's gradient"] = x.grad!, ["weight's gradient"] = layer.weight!.grad!,
        };
        if (layer.bias is { } bias) found["bias' gradient"] = bias.grad!;
        return found;
    }
}
