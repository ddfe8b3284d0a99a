using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>A scenario's times on all sides, taken in turn: each repeat runs every side once, so that a busy machine
/// hurts all alike.</summary>
/// <param name="Scenario">What was timed.</param>
/// <param name="Float32">This library, attack in float32.</param>
/// <param name="BFloat16">This library, attack in bfloat16; null where the processor has no instructions for
/// it.</param>
/// <param name="Reference">The reference as a user runs it.</param>
/// <param name="OneBlasThread">The reference with OpenBLAS held to one thread.</param>
/// <param name="ResidentMebibytes">Resident memory of this process after the last repeat.</param>
/// <param name="Robust">Of an evaluation, the points found robust on both sides; the library keeps each point's worst
/// iterate, the reference the last one.</param>
internal sealed record Comparison(Scenario Scenario, Sample Float32, Sample? BFloat16, Sample Reference,
    Sample OneBlasThread, double ResidentMebibytes, (int Library, int Reference)? Robust)
{
    /// <summary>How many times faster than the reference, with the fastest attack that the processor runs
    /// natively.</summary>
    internal double Ratio => Reference.Median / (BFloat16 ?? Float32).Median;

    /// <summary>The same in float32 alone.</summary>
    internal double RatioFloat32 => Reference.Median / Float32.Median;

    /// <summary>The same against the reference with one OpenBLAS thread.</summary>
    internal double RatioOneBlasThread => OneBlasThread.Median / (BFloat16 ?? Float32).Median;

    /// <summary>Times a scenario.</summary>
    internal static Comparison Of(Scenario scenario, Reference reference, Reference oneBlasThread, int repeats,
        bool hasBFloat16)
    {
        var threads = get_num_threads();
        using var library = new Library(scenario);
        reference.Make(scenario, threads, library.Digits);
        oneBlasThread.Make(scenario, threads, library.Digits);
        List<Func<double>> sides = [() => library.Run(ScalarType.Float32), () => reference.Run(scenario),
            () => oneBlasThread.Run(scenario)];
        if (hasBFloat16) sides.Add(() => library.Run(ScalarType.BFloat16));
        foreach (var side in sides) side(); // warm
        var times = sides.ConvertAll(_ => new List<double>());
        for (var repeat = 0; repeat < repeats; repeat++)
            for (var side = 0; side < sides.Count; side++) times[side].Add(sides[side]());
        return new Comparison(scenario, new(times[0]), hasBFloat16 ? new(times[3]) : null, new(times[1]),
            new(times[2]), Environment.WorkingSet / 1048576.0,
            scenario.IsEvaluation ? (library.Right, reference.Right) : null);
    }
}
