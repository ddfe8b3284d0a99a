namespace Adr.Evaluation;

public sealed partial record RobustnessCurve
{
    /// <summary>The whole curve from one run of a minimum-norm attack: at each ε the share of points that are further than ε from every image the attack found.</summary>
    /// <param name="distances">What <see cref="Robustness.Distances"/> gave.</param>
    /// <param name="epsilons">Radii ≥ 0 in pixel units, in any order, each once.</param>
    /// <exception cref="ArgumentException">There is no radius, or one is negative, not finite or there twice.</exception>
    public static RobustnessCurve Of(MinimumNormReport distances, IReadOnlyList<double> epsilons)
    {
        ArgumentNullException.ThrowIfNull(distances);
        CheckRadii(epsilons);
        return new RobustnessCurve(distances.Model, distances.Attack, [.. epsilons.Order().Select(epsilon => (epsilon, distances.RobustAccuracyAt(epsilon)))]);
    }
}
