using System.Diagnostics;
using Adr.Attacks;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>What the managed layer costs: PGD on the MNIST CNN from C#, and the same operators, native code and memory in the same order from Python (tests/reference/same_operators.py).</summary>
internal static class Overhead
{
    // The native part of src/Torch, where that is the engine: both sides then compute with it.
    private static readonly string Native = Path.Combine(AppContext.BaseDirectory, "libadr_torch.so");

    private const int Batch = 128, Steps = 10;

    /// <summary>Medians in seconds, taken in turn.</summary>
    internal static (double Ours, double Python) Measure(Reference python, int repeats)
    {
        using var model = new MnistCnn(1);
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (images, labels) = (rand(Batch, 1, 28, 28), randint(0, 10, [Batch], dtype: ScalarType.Int64));
        var pgd = new Pgd(ThreatModel.Linf(0.3), Steps, 0.01, start: AttackStart.None);
        var seeds = PointSeeds.Sequence(1, Batch);
        python.Ask(new() { ["do"] = "make", ["batch"] = Batch, ["steps"] = Steps, ["threads"] = get_num_threads(), ["library"] = File.Exists(Native) ? Native : null });
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var repeat = -3; repeat < repeats; repeat++) // the first ones warm
        {
            var clock = Stopwatch.StartNew();
            using (NewDisposeScope()) pgd.PerturbUnchecked(model, images, labels, seeds); // as training calls it
            var (mine, its) = (clock.Elapsed.TotalSeconds, (double)python.Ask(new() { ["do"] = "attack" })["seconds"]!);
            if (repeat < 0) continue;
            ours.Add(mine);
            theirs.Add(its);
        }
        return (new Sample(ours).Median, new Sample(theirs).Median);
    }
}
