using System.Globalization;
using Adr.Losses;

namespace Adr.Experiments;

/// <summary>Which of ADR's terms does the work: one experiment under different weights, each with a name for the
/// table.</summary>
/// <remarks>Only the weights of the five terms change; what is detached and the form of smoothness are the
/// experiment's.</remarks>
public static class Ablation
{
    private static readonly (string Name, Func<CompactnessWeights, double, CompactnessWeights> Set)[] Terms =
    [
        ("local compactness", (weights, value) => weights with { LocalCompactness = value }),
        ("local smoothness", (weights, value) => weights with { LocalSmoothness = value }),
        ("global compactness", (weights, value) => weights with { GlobalCompactness = value }),
        ("global smoothness", (weights, value) => weights with { GlobalSmoothness = value }),
        ("confidence", (weights, value) => weights with { Confidence = value }),
    ];

    /// <summary>The names of the terms.</summary>
    public static IReadOnlyList<string> TermNames { get; } = [.. Terms.Select(term => term.Name)];

    /// <summary>The table of all five terms: each alone, each left out of the five, and all five. What has none of them
    /// is the defence without "ADR-", such as ADV.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Table(Experiment experiment) =>
        [.. Alone(experiment), .. LeftOut(experiment), ("all five terms", With(experiment, Terms))];

    /// <summary>Each term alone, with weight 1.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Alone(Experiment experiment) =>
        [.. Terms.Select(term => ($"{term.Name} alone", With(experiment, [term])))];

    /// <summary>All five terms but one, with weight 1.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> LeftOut(Experiment experiment) =>
        [.. Terms.Select(term => ($"without {term.Name}", With(experiment, Terms.Where(other => other != term))))];

    /// <summary>The pairs: local with global compactness, each compactness with its smoothness, and local smoothness
    /// with confidence, as virtual adversarial training has them.</summary>
    /// <param name="experiment">The other settings.</param>
    public static IReadOnlyList<(string Name, Experiment Experiment)> Pairs(Experiment experiment)
    {
        (int, int)[] pairs = [(0, 2), (0, 1), (2, 3), (1, 4)];
        return [.. pairs.Select(pair => ($"{Terms[pair.Item1].Name} + {Terms[pair.Item2].Name}",
            With(experiment, [Terms[pair.Item1], Terms[pair.Item2]])))];
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
        var set = Terms.FirstOrDefault(one => one.Name == term).Set ?? throw new ArgumentException(
            $"There is no term \"{term}\". Choose one of {string.Join(", ", TermNames)}.", nameof(term));
        return [.. values.Select(value => (string.Create(
            CultureInfo.InvariantCulture,
            $"{term} × {value}"), experiment with { Weights = set(experiment.Weights, value) }))];
    }

    // these terms with weight 1, and the others with weight 0
    private static Experiment With(
        Experiment experiment,
        IEnumerable<(string Name, Func<CompactnessWeights, double, CompactnessWeights> Set)> terms)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return experiment with
        {
            Weights = terms.Aggregate(experiment.Weights * 0, (weights, term) => term.Set(weights, 1)),
        };
    }
}
