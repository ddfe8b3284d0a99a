using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Engine;

/// <summary>conv2d, max_pool2d and their gradients as the kernels of native/convolution.cpp compute them, beside libtorch's own in float64.</summary>
[Collection(nameof(GlobalState))]
public sealed class WinogradTests : IDisposable
{
    private const double Tolerance = 3e-5; // of the largest number; float32 sums of up to 900 products

    public WinogradTests() => Winograd.Enabled = true;

    public void Dispose() => Winograd.Enabled = true;

    /// <summary>Any layer that the kernels take, and some that they leave to libtorch.</summary>
    public sealed record Layer(int Batch, int Inputs, int Outputs, int Height, int Width, int Padding, bool HasBias, bool IsTrained, int Seed)
    {
        internal static readonly Gen<Layer> Any =
            from batch in Gen.Choose(1, 7)
            from inputs in Gen.Elements(1, 3, 4, 5, 16, 17, 24, 32, 50, 64, 100)
            from outputs in Gen.Elements(8, 16, 17, 32, 40, 64, 100)
            from padding in Gen.Choose(0, 2)
            from height in Gen.Choose(Math.Max(1, 3 - 2 * padding), 17)
            from width in Gen.Choose(Math.Max(1, 3 - 2 * padding), 17)
            from bias in Gen.Elements(true, false)
            from trained in Gen.Elements(true, false)
            from seed in Gen.Choose(0, 1 << 20)
            select new Layer(batch, inputs, outputs, height, width, padding, bias, trained, seed);

        internal (Tensor X, Tensor Weight, Tensor? Bias, Tensor Gradient) Numbers()
        {
            var generator = new Generator((ulong)Seed);
            var weight = randn(Outputs, 3, 3, Inputs, generator: generator) / Math.Sqrt(9 * Inputs);
            return (randn(Batch, Height, Width, Inputs, generator: generator).permute(0, 3, 1, 2),
                weight.as_strided([Outputs, Inputs, 3, 3], [9 * Inputs, 1, 3 * Inputs, Inputs]),
                HasBias ? randn(Outputs, generator: generator) : null,
                randn(Batch, Outputs, Height + 2 * Padding - 2, Width + 2 * Padding - 2, generator: generator));
        }

        /// <summary>The output and the gradients to whatever asks for one.</summary>
        internal List<Tensor> Compute(ScalarType type, Func<Tensor, Tensor>? change = null)
        {
            var (x, weight, bias, gradient) = Numbers();
            var (input, kernel, shift) = (Leaf(x), Leaf(weight, IsTrained), bias is null ? null : Leaf(bias, IsTrained));
            var y = nn.functional.conv2d(input, kernel, shift, padding: [Padding, Padding]);
            List<Tensor> asking = IsTrained ? shift is null ? [input, kernel] : [input, kernel, shift] : [input];
            return [y.detach(), .. autograd.grad([y], asking, [gradient.to(type)])];

            Tensor Leaf(Tensor t, bool asks = true)
            {
                var leaf = (change?.Invoke(t) ?? t).to(type).detach();
                leaf.requires_grad = asks;
                return leaf;
            }
        }
    }

    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        var (distance, scale) = ((expected.to(float64) - actual.to(float64)).abs().max().item<double>(), expected.abs().max().to(float64).item<double>());
        Assert.True(distance <= Tolerance * Math.Max(scale, 0.1), $"{what}: {distance:g3} away, where numbers reach {scale:g3}");
    }

    [Fact]
    public void Outputs_and_gradients_are_libtorchs_in_float64() => Law.Holds(Layer.Any, layer =>
    {
        using var scope = NewDisposeScope();
        foreach (var (expected, actual) in layer.Compute(float64).Zip(layer.Compute(float32))) AssertClose(expected, actual, layer.ToString());
    }, 300);

    [Fact]
    public void Two_runs_give_the_same_bits() => Law.Holds(Layer.Any, layer =>
    {
        using var scope = NewDisposeScope();
        foreach (var (first, second) in layer.Compute(float32).Zip(layer.Compute(float32))) Assert.True(first.Equals(second));
    });

    [Fact]
    public void A_points_output_and_gradient_do_not_depend_on_the_rest_of_the_batch_nor_on_the_threads() => Law.Holds(Layer.Any, layer =>
    {
        if (layer.Inputs < 16 || layer.Outputs < 16 || !Winograd.Enabled) return; // libtorch's own may
        using var scope = NewDisposeScope();
        var (x, weight, bias, gradient) = layer.Numbers();
        var whole = Pair(x, gradient);
        var threads = get_num_threads();
        try
        {
            for (var i = 0; i < layer.Batch; i++)
            {
                set_num_threads(i % 2 == 0 ? 1 : threads);
                var alone = Pair(x.narrow(0, i, 1), gradient.narrow(0, i, 1));
                Assert.True(whole.Y.narrow(0, i, 1).Equals(alone.Y) && whole.Slope.narrow(0, i, 1).Equals(alone.Slope));
            }
        }
        finally
        {
            set_num_threads(threads);
        }

        (Tensor Y, Tensor Slope) Pair(Tensor images, Tensor upstream)
        {
            var input = images.clone().detach();
            input.requires_grad = true;
            var y = nn.functional.conv2d(input, weight, bias, padding: [layer.Padding, layer.Padding]);
            return (y.detach(), autograd.grad([y], [input], [upstream])[0]);
        }
    });

    [Fact]
    public void The_result_is_channels_last_as_the_input_is()
    {
        using var scope = NewDisposeScope();
        var layer = new Layer(2, 16, 32, 8, 9, 1, true, false, 1);
        Assert.Equal([8 * 9 * 32, 1, 9 * 32, 32], layer.Compute(float32)[0].stride());
    }

    [Fact]
    public void Layers_stored_channels_first_stay_with_libtorch()
    {
        using var scope = NewDisposeScope();
        var layer = new Layer(2, 16, 32, 8, 9, 1, true, true, 1);
        var ours = layer.Compute(float32, t => t.contiguous());
        Winograd.Enabled = false;
        foreach (var (mine, theirs) in ours.Zip(layer.Compute(float32, t => t.contiguous()))) Assert.True(mine.Equals(theirs));
    }

    [Fact]
    public void Weights_that_change_in_memory_are_seen()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, _) = new Layer(2, 32, 32, 9, 9, 0, false, false, 3).Numbers();
        var before = nn.functional.conv2d(x, weight);
        weight.data<float>()[5] += 10; // no version counter counts this
        var after = nn.functional.conv2d(x, weight);
        AssertClose(nn.functional.conv2d(x.to(float64), weight.to(float64)), after, "after the change");
        Assert.True((after - before).abs().max().item<float>() > 1);
    }

    [Fact]
    public void The_gradient_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, _) = new Layer(1, 16, 16, 6, 6, 1, false, true, 4).Numbers();
        AssertClose(Second(float64), Second(float32), "the second derivative");

        // the slope of |∂Σy³/∂x|² to the weights
        Tensor Second(ScalarType type)
        {
            var (input, kernel) = (x.to(type).detach(), weight.to(type).detach());
            input.requires_grad = kernel.requires_grad = true;
            var y = nn.functional.conv2d(input, kernel, padding: [1, 1]);
            var slope = autograd.grad([y.pow(3).sum()], [input], retain_graph: true, create_graph: true)[0];
            return autograd.grad([slope.pow(2).sum()], [kernel])[0];
        }
    }

    [Fact]
    public void Numbers_that_are_none_stay_so()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, _) = new Layer(1, 16, 16, 9, 9, 1, false, false, 5).Numbers();
        using var image = x.clone();
        image[0, 3, 4, 4] = float.NaN;
        Assert.True(nn.functional.conv2d(image, weight, padding: [1, 1])[0, 0, 4, 4].isnan().item<bool>());
    }

    [Fact]
    public void A_wrong_shape_is_told_in_libtorchs_words()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, _) = new Layer(1, 16, 16, 9, 9, 0, false, false, 6).Numbers();
        Assert.Contains("channels", Assert.ThrowsAny<Exception>(() => nn.functional.conv2d(x.narrow(1, 0, 8), weight)).Message);
        Assert.ThrowsAny<Exception>(() => nn.functional.conv2d(x, weight, zeros(3)));
    }

    [Fact]
    public void Pooling_and_its_gradient_are_libtorchs_to_the_bit() => Law.Holds(
        from batch in Gen.Choose(1, 4)
        from channels in Gen.Elements(2, 3, 8, 13, 32)
        from height in Gen.Choose(2, 11)
        from width in Gen.Choose(2, 11)
        from seed in Gen.Choose(0, 1 << 20)
        select (Batch: batch, Channels: channels, Height: height, Width: width, Seed: seed), size =>
    {
        using var scope = NewDisposeScope();
        var generator = new Generator((ulong)size.Seed);
        var x = (randn(size.Batch, size.Height, size.Width, size.Channels, generator: generator) * 2).round().permute(0, 3, 1, 2); // full of ties
        if (size.Seed % 5 == 0) x[0, 0, 0, 1] = float.NaN;
        var upstream = randn(size.Batch, size.Channels, size.Height / 2, size.Width / 2, generator: generator);
        var (y, slope) = Pool(true);
        var (expected, expectedSlope) = Pool(false);
        Assert.True(expected.nan_to_num(7).Equals(y.nan_to_num(7)) && expectedSlope.Equals(slope));

        (Tensor, Tensor) Pool(bool fast)
        {
            Winograd.Enabled = fast;
            var input = x.detach();
            input.requires_grad = true;
            var pooled = nn.functional.max_pool2d(input, 2);
            return (pooled.detach(), autograd.grad([pooled], [input], [upstream])[0]);
        }
    }, 200);

    [Fact]
    public void Without_it_libtorch_computes()
    {
        using var scope = NewDisposeScope();
        var layer = new Layer(2, 16, 32, 8, 9, 1, true, false, 7);
        var (isHere, fast) = (Winograd.Enabled, layer.Compute(float32)[0]);
        Winograd.Enabled = false;
        Assert.False(Winograd.Enabled);
        var plain = layer.Compute(float32)[0];
        Assert.Equal(isHere, !fast.Equals(plain)); // another order of sums, where the processor has the kernels
        AssertClose(plain, fast, "the two ways");
    }
}
