using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Stores convolution weights [O,I,h,w] with I innermost (PyTorch's memory_format=channels_last).</summary>
/// <remarks>
/// libtorch then runs the whole network in that layout, with the same values but for rounding. On CPUs oneDNN is faster in it:
/// here an attack step on <see cref="MnistCnn"/> took 21 ms instead of 54, a training step 28 instead of 40.
/// </remarks>
internal static class ChannelsLast
{
    /// <summary>Replaces the weight of every convolution below <paramref name="model"/>; for constructors, before anyone holds a parameter.</summary>
    internal static void Convolutions(nn.Module model)
    {
        using var scope = NewDisposeScope();
        foreach (var convolution in model.modules().OfType<Conv2d>())
        {
            var weight = (Tensor)convolution.weight!;
            var innermost = weight.detach().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2); // [O,I,h,w]
            convolution.weight = (Parameter)nn.Parameter(innermost).DetachFromDisposeScope();
        }
    }
}
