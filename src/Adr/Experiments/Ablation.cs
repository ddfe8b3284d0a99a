using System.Globalization;
using Adr.Losses;

namespace Adr.Experiments;

/// <summary>Which of ADR's terms does the work: one experiment under different weights, each with a name for the
/// table.</summary>
public static class Ablation
{
    private static readonly (string Name, Func<double, CompactnessWeights> On)[] Terms =
    [
        ("local compactness", weight => CompactnessWeights.None with { LocalCompactness = weight }),
        ("local smoothness", weight => CompactnessWeights.None with { LocalSmoothness = weight }),
        ("global compactness", weight => CompactnessWeights.None with { GlobalCompactness = weight }),
        ("global smoothness", weight => CompactnessWeights.None with { GlobalSmoothness = weight }),
        ("confidence", weight => CompactnessWeights.None with { Confidence = weight }),
    ];

    /// <summary>The names of the terms.</summary>
    public static IReadOnlyList<string> TermNames { get; } = [.. Terms.Select(term => term.Name)];

    /// <summary>Each term alone, with weight 1.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Alone(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return [.. Terms.Select(term => ($"{term.Name} alone", experiment with { Weights = term.On(1) }))];
    }

    /// <summary>The pairs: local with global compactness, each compactness with its smoothness, and local smoothness
    /// with confidence, as virtual adversarial training has them.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Pairs(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        (int, int)[] pairs = [(0, 2), (0, 1), (2, 3), (1, 4)];
        return [.. pairs.Select(pair => Both(Terms[pair.Item1], Terms[pair.Item2]))];

        (string, Experiment) Both(
            (string Name, Func<double, CompactnessWeights> On) one,
            (string Name, Func<double, CompactnessWeights> On) other) =>
            ($"{one.Name} + {other.Name}", experiment with { Weights = Sum(one.On(1), other.On(1)) });
    }

    /// <summary>All terms at their default weights, in the three forms of smoothness: cross-entropy through both sides,
    /// the same with the logits of x detached, and KL (<see cref="SmoothnessForm"/>). The latent is not
    /// detached.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Forms(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return
        [
            ("cross-entropy through both sides", With(new(Smoothness: SmoothnessForm.CrossEntropy))),
            ("cross-entropy, p fixed", With(new(Smoothness: SmoothnessForm.CrossEntropy, DetachLogits: true))),
            ("KL through both sides", With(new(Smoothness: SmoothnessForm.KullbackLeibler))),
        ];

        Experiment With(CompactnessWeights weights) => experiment with { Weights = weights };
    }

    /// <summary>One term's weight at several values, the others as they are.</summary>
    /// <param name="experiment">The other settings.</param>
    /// <param name="term">One of <see cref="TermNames"/>.</param>
    /// <param name="values">Weights ≥ 0.</param>
    /// <exception cref="ArgumentException">There is no such term.</exception>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Sensitivity(
        Experiment experiment,
        string term,
        IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(values);
        return [.. values.Select(value => (string.Create(
            CultureInfo.InvariantCulture,
            $"{term} × {value}"), experiment with { Weights = With(experiment.Weights, term, value) }))];
    }

    private static CompactnessWeights With(CompactnessWeights weights, string term, double value) => term switch
    {
        "local compactness" => weights with { LocalCompactness = value },
        "local smoothness" => weights with { LocalSmoothness = value },
        "global compactness" => weights with { GlobalCompactness = value },
        "global smoothness" => weights with { GlobalSmoothness = value },
        "confidence" => weights with { Confidence = value },
        _ => throw new ArgumentException($"There is no term \"{term}\". Choose one of {string.Join(", ", TermNames)}.",
            nameof(term)),
    };

    private static CompactnessWeights Sum(CompactnessWeights a, CompactnessWeights b) => a with
    {
        LocalCompactness = a.LocalCompactness + b.LocalCompactness, LocalSmoothness = a.LocalSmoothness
            + b.LocalSmoothness,
        GlobalCompactness = a.GlobalCompactness + b.GlobalCompactness, GlobalSmoothness = a.GlobalSmoothness
            + b.GlobalSmoothness, Confidence = a.Confidence + b.Confidence,
    };
}
