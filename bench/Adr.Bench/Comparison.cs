using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>A scenario's times on all sides, taken in turn: each repeat takes every side's, so that a busy machine
/// hurts all alike.</summary>
/// <param name="Scenario">What was timed.</param>
/// <param name="Library">This library.</param>
/// <param name="WithoutKernels">The same with libtorch's convolutions.</param>
/// <param name="Plain">The same loop written plainly in TorchSharp; null for Auto-Attack.</param>
/// <param name="Reference">The reference as a user runs it; null without a Python that has PyTorch.</param>
/// <param name="OneBlasThread">The reference with OpenBLAS held to one thread.</param>
/// <param name="ResidentMebibytes">Resident memory of this process after the last repeat.</param>
/// <param name="Robust">Of an evaluation, the points found robust by the library, which keeps each point's worst
/// iterate, and by the plain loop, which keeps the last one.</param>
internal sealed record Comparison(Scenario Scenario, Sample Library, Sample WithoutKernels, Sample? Plain,
    Sample? Reference, Sample? OneBlasThread, double ResidentMebibytes, (int Library, int Plain)? Robust)
{
    /// <summary>How many times faster than the reference.</summary>
    internal double? Ratio => Reference?.Median / Library.Median;

    /// <summary>The same against the plain loop.</summary>
    internal double? RatioPlain => Plain?.Median / Library.Median;

    /// <summary>The same against this library with libtorch's convolutions.</summary>
    internal double RatioWithoutKernels => WithoutKernels.Median / Library.Median;

    /// <summary>The same against the reference with one OpenBLAS thread.</summary>
    internal double? RatioOneBlasThread => OneBlasThread?.Median / Library.Median;

    /// <summary>Times a scenario.</summary>
    /// <param name="scenario">What to time.</param>
    /// <param name="references">The reference, and with one OpenBLAS thread; empty where there is none.</param>
    /// <param name="repeats">How often, after a run that warms.</param>
    internal static Comparison Of(Scenario scenario, IReadOnlyList<Reference> references, int repeats)
    {
        var threads = get_num_threads();
        using var library = new Library(scenario);
        List<Func<double>> sides = [library.Run, library.RunWithoutKernels];
        var isAlone = scenario.Work == Work.AutoAttack;
        using var plain = isAlone ? null : new PlainLoop(scenario, library.Digits);
        if (plain is not null)
        {
            sides.Add(plain.Run);
            foreach (var reference in references) reference.Make(scenario, threads, library.Digits);
            sides.AddRange(references.Select(reference => (Func<double>)(() => reference.Run(scenario))));
        }
        foreach (var side in sides) side(); // warm
        var times = sides.ConvertAll(_ => new List<double>());
        for (var repeat = 0; repeat < repeats; repeat++)
            for (var side = 0; side < sides.Count; side++) times[side].Add(Time(sides[side]));
        var samples = times.ConvertAll(seconds => new Sample(seconds));
        return new Comparison(scenario, samples[0], samples[1], samples.ElementAtOrDefault(2),
            samples.ElementAtOrDefault(3), samples.ElementAtOrDefault(4), Environment.WorkingSet / 1048576.0,
            scenario.IsEvaluation && plain is not null ? (library.Right, plain.Right) : null);
    }

    // In a training, steps follow each other: a short one counts when it follows one of its own side.
    private static double Time(Func<double> side)
    {
        var seconds = side();
        return seconds < 2 ? side() : seconds;
    }
}
