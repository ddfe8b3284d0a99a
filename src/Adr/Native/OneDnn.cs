using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Native;

/// <summary>oneDNN, by which libtorch convolves on a CPU: tried once, and switched off where it is wrong.</summary>
/// <remarks>
/// On a virtual machine with an AMD EPYC of the fifth generation, which hides its caches, the oneDNN 3.7 of libtorch
/// 2.10 is wrong without a word for many layers whose channels do not fill its blocks, by up to 0.9 of the largest
/// value. The last shortcut of a ResNet-18 is one of them. libtorch's other convolutions are right there, and Adr's own
/// kernels do not use oneDNN. See docs/torchsharp.md.
/// </remarks>
public static class OneDnn
{
    private const double Largest = 1e-4; // of the largest value; right answers differ by 1e-6

    private static readonly Lazy<bool> Wrong = new(SwitchOffWhereWrong);

    /// <summary>Whether oneDNN convolves wrongly on this machine and is therefore switched off in this process. The
    /// first question takes a few milliseconds.</summary>
    /// <exception cref="NativeTorchException">It is wrong and cannot be switched off.</exception>
    public static bool IsSwitchedOff => Wrong.Value;

    // Channels in and out, kernel, stride, side, and whether the channels come last: layers whose last block is not
    // full, for processors with AVX-512 and with AVX2. Forward passes alone, which spoil no memory but their own.
    private static readonly (int In, int Out, int Kernel, int Stride, int Side, bool ChannelsLast)[] Layers =
    [
        (256, 512, 1, 2, 8, true), (4, 48, 1, 2, 6, true), (12, 24, 5, 2, 12, false), (24, 128, 3, 1, 15, false),
    ];

    private static bool SwitchOffWhereWrong()
    {
        // What oneDNN does not take, libtorch would give to NNPACK, which cannot start where the caches are hidden and
        // says so on stderr at every convolution. On x86-64 oneDNN takes all that NNPACK could.
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64 && !OperatingSystem.IsWindows())
            SwitchOff("_ZN2at7Context20setUserEnabledNNPACKEb");
        if (Layers.All(IsRight)) return false;
        if (!SwitchOff("_ZN2at7Context20setUserEnabledMkldnnEb", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z"))
            throw new NativeTorchException("oneDNN, by which libtorch convolves, is wrong on this machine, and this "
                + "libtorch has no switch for it. Set ONEDNN_MAX_CPU_ISA=SSE41 in the environment: that is right, and "
                + "slower.");
        return Layers.All(IsRight)
            ? true
            : throw new NativeTorchException("libtorch's convolutions are wrong on this machine, with and without "
                + "oneDNN. No number that it computes here can be trusted: use another machine.");
    }

    private static bool IsRight((int In, int Out, int Kernel, int Stride, int Side, bool ChannelsLast) layer)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var images = Values(2, layer.In, layer.Side, layer.Side);
        var weights = Values(layer.Out, layer.In, layer.Kernel, layer.Kernel);
        long[] stride = [layer.Stride, layer.Stride], padding = [layer.Kernel / 2, layer.Kernel / 2];
        var expected = nn.functional.conv2d(images, weights, null, stride, padding);
        var given = images.to(float32);
        if (layer.ChannelsLast) given = given.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var actual = nn.functional.conv2d(given, weights.to(float32), null, stride, padding);
        return ((actual - expected).abs().max() <= Largest * expected.abs().max()).item<bool>();
    }

    // Without the generator of random numbers, whose state belongs to the user.
    private static Tensor Values(params long[] shape) =>
        arange(shape.Aggregate(1L, (product, size) => product * size), float64, CPU).mul(1.7).sin().reshape(shape);

    // TorchSharp has no switches; libtorch's own ones are methods of its context, with a name for each compiler. False
    // where this libtorch has none of these.
    private static unsafe bool SwitchOff(params string[] names)
    {
        var library = NativeTorch.HandleOf("torch_cpu");
        if (Export("_ZN2at13globalContextEv", "?globalContext@at@@YAAEAVContext@1@XZ") is not (var context and not 0)
            || Export(names) is not (var method and not 0)) return false;
        ((delegate* unmanaged<nint, byte, void>)method)(((delegate* unmanaged<nint>)context)(), 0);
        return true;

        nint Export(params string[] spellings) => spellings
            .Select(name => NativeLibrary.TryGetExport(library, name, out var address) ? address : 0)
            .FirstOrDefault(address => address != 0);
    }
}
