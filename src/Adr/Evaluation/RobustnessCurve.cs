using Adr.Attacks;

namespace Adr.Evaluation;

/// <summary>Robust accuracy over the radius ε. It never rises: an example that is misclassified at a smaller ε stays
/// so, since that x' is feasible at a larger one.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Points">ε for images in [0,1], ascending, with the robust accuracy there; ε = 0 is the natural
/// accuracy.</param>
public sealed record RobustnessCurve(
    string Model,
    string Attack,
    IReadOnlyList<(double Epsilon, Proportion RobustAccuracy)> Points)
{
    /// <summary>Attacks with growing radius; at each, the examples that are still robust.</summary>
    /// <remarks>The attack is scaled with <see cref="Attack.ScaledTo"/>: its step size keeps its proportion to
    /// ε.</remarks>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attack">The attack; its own ε does not matter, but must be &gt; 0 where it has a fixed step
    /// size.</param>
    /// <param name="epsilons">Radii ≥ 0 for images in [0,1], in any order, each once.</param>
    /// <exception cref="ArgumentException">There is no radius, one is negative, not finite or there twice, or the
    /// attack does not suit the model.</exception>
    public static RobustnessCurve Evaluate(Evaluator evaluator, Attack attack, IReadOnlyList<double> epsilons)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        CheckRadii(epsilons);
        evaluator.Check(attack);
        var robust = evaluator.Correct;
        var points = new List<(double, Proportion)>();
        foreach (var epsilon in epsilons.Order())
        {
            if (epsilon > 0) robust = evaluator.StayCorrect(attack.ScaledTo(epsilon), robust, new AttackCost());
            points.Add((epsilon, Proportion.Of(robust)));
        }
        return new RobustnessCurve(evaluator.Name, attack.Name, points);
    }

    /// <summary>The whole curve from one run of a minimum-norm attack: at each ε the share of examples that are further
    /// than ε from every image the attack found.</summary>
    /// <param name="distances">What <see cref="MinimumNormReport.Evaluate"/> gave.</param>
    /// <param name="epsilons">Radii ≥ 0 for images in [0,1], in any order, each once.</param>
    /// <exception cref="ArgumentException">There is no radius, or one is negative, not finite or there
    /// twice.</exception>
    public static RobustnessCurve Of(MinimumNormReport distances, IReadOnlyList<double> epsilons)
    {
        ArgumentNullException.ThrowIfNull(distances);
        CheckRadii(epsilons);
        return new RobustnessCurve(distances.Model, distances.Attack,
            [.. epsilons.Order().Select(epsilon => (epsilon, distances.RobustAccuracyAt(epsilon)))]);
    }

    private static void CheckRadii(IReadOnlyList<double> epsilons)
    {
        ArgumentNullException.ThrowIfNull(epsilons);
        var isRight = epsilons.Count > 0 && epsilons.All(epsilon => epsilon >= 0 && double.IsFinite(epsilon));
        if (!isRight || epsilons.Distinct().Count() < epsilons.Count)
            throw new ArgumentException("A curve needs one or more different finite radii ≥ 0, but got "
                + $"[{string.Join(", ", epsilons)}].", nameof(epsilons));
    }
}
