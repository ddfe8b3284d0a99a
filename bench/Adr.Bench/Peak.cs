using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>What libtorch reaches here in GFLOP/s: the best of some large products and convolutions in
/// float32.</summary>
internal static class Peak
{
    internal static double MatrixProduct()
    {
        using var scope = NewDisposeScope();
        // several at once: one alone takes one thread where OpenBLAS is held to it
        var (a, b) = (rand(8, 1024, 1024), rand(8, 1024, 1024));
        return Best(2e-9 * 8 * 1024 * 1024 * 1024, () => a.bmm(b));
    }

    internal static double Convolution()
    {
        using var scope = NewDisposeScope();
        var x = rand(128, 28, 28, 64).permute(0, 3, 1, 2); // channels last
        var weight = rand(64, 3, 3, 64).permute(0, 3, 1, 2);
        return Best(2e-9 * 128 * 26 * 26 * 64 * 64 * 9, () => nn.functional.conv2d(x, weight));
    }

    private static double Best(double gigaFlop, Func<Tensor> work)
    {
        var best = double.MaxValue;
        for (var begun = Stopwatch.StartNew(); begun.Elapsed.TotalSeconds < 2;)
        {
            var clock = Stopwatch.StartNew();
            work().Dispose();
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }
        return gigaFlop / best;
    }
}
