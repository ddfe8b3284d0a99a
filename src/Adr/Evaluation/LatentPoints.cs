namespace Adr.Evaluation;

/// <summary>The latents z of images and z' of their adversarial examples, in a plane.</summary>
/// <param name="Clean">[N,2]: z projected.</param>
/// <param name="Adversarial">[N,2]: z' projected with them.</param>
/// <param name="Labels">[N].</param>
/// <param name="DivergenceByPoint">[N]: d(z, z') = mean over the D coordinates of |z − z'|, before projecting.</param>
/// <param name="ClassNames">The names of the classes.</param>
/// <param name="ExplainedVariance">The share of the variance of all 2N latents that each of the two components carries, in [0,1]; NaN of t-SNE.</param>
/// <param name="WithinClass">Mean of d(z_j, z'_i) over pairs i ≠ j of equal labels; NaN where there is no such pair.</param>
/// <param name="BetweenClasses">Mean of d(z_j, z'_i) over pairs of different labels; NaN where there is no such pair.</param>
public sealed partial record LatentPoints(
    float[,] Clean,
    float[,] Adversarial,
    long[] Labels,
    double[] DivergenceByPoint,
    IReadOnlyList<string> ClassNames,
    (double First, double Second) ExplainedVariance,
    double WithinClass,
    double BetweenClasses)
{
    /// <summary>How they were laid out. Default: by principal components.</summary>
    public Projection Projection { get; init; }

    /// <summary>The mean of <see cref="DivergenceByPoint"/>: the paper's local compactness, measured.</summary>
    public double MeanDivergence => DivergenceByPoint.Average();

    /// <summary>Between / within: above 1 where classes are further apart than they are wide.</summary>
    public double SeparationRatio => BetweenClasses / WithinClass;
}
