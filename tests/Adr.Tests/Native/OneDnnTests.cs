using Adr.Native;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Native;

/// <summary>On a sound machine these hold anyway; where oneDNN is wrong, they hold because it is switched
/// off.</summary>
public static class OneDnnTests
{
    [Law(Arbitrary = [typeof(Layer)])]
    public static void Libtorchs_convolutions_and_their_gradients_are_right_here(Layer layer)
    {
        NativeTorch.Load();
        using var scope = NewDisposeScope();
        var random = new Generator(7);
        var images = randn([layer.Images, layer.In, layer.Side, layer.Side], float64, generator: random);
        var weights = randn([layer.Out, layer.In, layer.Kernel, layer.Kernel], float64, generator: random);
        var given = images.to(float32);
        if (layer.ChannelsLast) given = given.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        foreach (var (right, result) in layer.Passes(images, weights).Zip(layer.Passes(given, weights.to(float32))))
            Assert.True(((right - result).abs().max() <= 1e-4 * right.abs().max()).item<bool>());
    }

    [Fact]
    public static void The_question_leaves_the_generator_of_random_numbers_alone()
    {
        var before = torch.random.get_rng_state();
        _ = OneDnn.IsSwitchedOff;
        Assert.True(before.equal(torch.random.get_rng_state()).all().item<bool>());
    }

    public sealed record Layer(int Images, int In, int Out, int Kernel, int Stride, int Side, bool ChannelsLast)
    {
        private static readonly Gen<int> Channels =
            Gen.Elements(1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 128, 256, 512);

        public static Arbitrary<Layer> Any =>
            (from images in Gen.Choose(1, 4)
             from channelsIn in Channels
             from channelsOut in Channels
             from kernel in Gen.Elements(1, 3, 5)
             from stride in Gen.Choose(1, 2)
             from side in Gen.Choose(5, 12)
             from last in Gen.Elements(false, true)
             select new Layer(images, channelsIn, channelsOut, kernel, stride, side, last)).ToArbitrary();

        /// <summary>The output, and the gradients of the sum of its squares.</summary>
        internal Tensor[] Passes(Tensor images, Tensor weights)
        {
            (images, weights) = (images.detach().requires_grad_(), weights.detach().requires_grad_());
            var output = nn.functional.conv2d(images, weights, null, [Stride, Stride], [Kernel / 2, Kernel / 2]);
            output.square().sum().backward();
            return [output, images.grad!, weights.grad!];
        }
    }
}
