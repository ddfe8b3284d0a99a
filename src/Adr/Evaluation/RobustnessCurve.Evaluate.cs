using Adr.Attacks;
using Adr.Data;
using Adr.Models;

namespace Adr.Evaluation;

public sealed partial record RobustnessCurve
{
    /// <summary>Attacks with growing radius; at each, the points that no smaller one has broken.</summary>
    /// <remarks>The attack is scaled with <see cref="Attack.ScaledTo"/>: its step size keeps its proportion to ε.</remarks>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points.</param>
    /// <param name="attack">The attack; its own ε is of no account, but &gt; 0 where it has a fixed step size.</param>
    /// <param name="epsilons">Radii ≥ 0 in pixel units, in any order, each once.</param>
    /// <param name="options">How to run; null for the defaults. Images are not saved here.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">There is no radius, one is negative, not finite or there twice, or model, data, attack and options do not fit together.</exception>
    public static RobustnessCurve Evaluate(Classifier model, string name, Dataset data, Attack attack, IReadOnlyList<double> epsilons,
        EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(attack);
        CheckRadii(epsilons);
        using var subject = new Subject(model, data, options, [attack]);
        var labels = PointLabels.Of(data);
        var robust = PointLabels.Match(subject.Predictions(cancellation), labels);
        var points = new List<(double, Proportion)>();
        foreach (var epsilon in epsilons.Order())
        {
            if (epsilon > 0) robust = subject.StayRight(attack.ScaledTo(epsilon), robust, labels, new AttackCost(), cancellation);
            points.Add((epsilon, Proportion.Of(robust)));
        }
        return new RobustnessCurve(name, attack.Name, points);
    }

    private static void CheckRadii(IReadOnlyList<double> epsilons)
    {
        ArgumentNullException.ThrowIfNull(epsilons);
        if (epsilons.Count == 0 || epsilons.Any(epsilon => !(epsilon >= 0 && double.IsFinite(epsilon))) || epsilons.Distinct().Count() < epsilons.Count)
            throw new ArgumentException($"A curve needs one or more different finite radii ≥ 0, but got [{string.Join(", ", epsilons)}].", nameof(epsilons));
    }
}
