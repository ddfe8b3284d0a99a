using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Stores convolution weights [O,I,h,w] with I innermost (PyTorch's memory_format=channels_last).</summary>
/// <remarks>libtorch then runs the whole network in that layout, with the same values but for rounding; on CPUs oneDNN is faster in it.</remarks>
internal static class ChannelsLast
{
    /// <summary>Replaces the weight of every convolution below <paramref name="model"/>; for constructors, before anyone holds a parameter.</summary>
    internal static void Convolutions(nn.Module model)
    {
        using var scope = NewDisposeScope();
        foreach (var convolution in model.modules().OfType<Conv2d>())
            convolution.weight = (Parameter)nn.Parameter(Stored((Tensor)convolution.weight!)).DetachFromDisposeScope();
    }

    /// <summary>The same numbers [O,I,h,w] with I innermost in memory.</summary>
    internal static Tensor Stored(Tensor weight)
    {
        var (o, i, h, w) = (weight.shape[0], weight.shape[1], weight.shape[2], weight.shape[3]);
        // With I = 1 both layouts are one and libtorch takes it for the other; the strides decide.
        return weight.detach().permute(0, 2, 3, 1).contiguous().as_strided([o, i, h, w], [h * w * i, 1, w * i, i]);
    }
}
