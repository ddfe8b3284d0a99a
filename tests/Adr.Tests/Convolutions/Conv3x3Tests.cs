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
            from images in Gen.Choose(1, 5)
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
