using Adr.Attacks;

namespace Adr.Evaluation;

/// <summary>The budgets of <see cref="GradientMasking.Check"/>. The defaults take a small network on the CPU about a minute; larger ones see more.</summary>
public sealed record GradientMaskingOptions
{
    /// <summary>How many points to look at, from the first on, at least 1; fewer where the data set has fewer. Default 200.</summary>
    public int Points { get; init; } = 200;

    /// <summary>What the gradient attacks increase: the loss of the evaluation that is in doubt. Default cross-entropy; not <see cref="AttackLoss.KullbackLeibler"/>.</summary>
    public AttackLoss Loss { get; init; } = AttackLoss.CrossEntropy;

    /// <summary>The steps of PGD, ascending, two or more; every run starts at the same points and has the step size 2.5 ε/steps. Default 1, 5, 10, 20, 50.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [1, 5, 10, 20, 50];

    /// <summary>The steps of PGD in the whole box, at least 1. Default 50.</summary>
    public int WholeBoxSteps { get; init; } = 50;

    /// <summary>At which multiples of ε to attack, ascending, two or more, each &gt; 0. Default 0.5, 1, 2.</summary>
    public IReadOnlyList<double> RadiusFactors { get; init; } = [0.5, 1, 2];

    /// <summary>The steps of PGD at each of them, at least 1. Default 20.</summary>
    public int RadiusSteps { get; init; } = 20;

    /// <summary>Questions of Square; 0 leaves it out. Default 500.</summary>
    public int SquareQueries { get; init; } = 500;

    /// <summary>Steps of SPSA; 0, the default, leaves it out.</summary>
    public int SpsaSteps { get; init; }

    /// <summary>Directions of one of SPSA's estimates. Default 64.</summary>
    public int SpsaSamples { get; init; } = 64;

    /// <summary>Random points of the feasible set for each image; 0 leaves them out. Default 20.</summary>
    public int NoiseTrials { get; init; } = 20;

    /// <summary>The small step along the gradient, as a share of ε, in (0,1]. Default 0.01.</summary>
    public double SmallStep { get; init; } = 0.01;

    /// <summary>The share of right points whose loss must rise along it, in [0,1]. Default 0.95.</summary>
    public double LeastRise { get; init; } = 0.95;

    /// <summary>The share of points by which numbers may differ before it counts, in [0,1). Default 0.02.</summary>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>The share of points that may stay right in the whole box, in [0,1): an attack may lose its way with a few. Default 0.05.</summary>
    public double WholeBoxLeft { get; init; } = 0.05;

    /// <summary>Batch size, seed, device and progress. Images are not saved.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Throws unless the options make sense.</summary>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Points, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WholeBoxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RadiusSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SpsaSamples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(SquareQueries);
        ArgumentOutOfRangeException.ThrowIfNegative(SpsaSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(NoiseTrials);
        if (!Enum.IsDefined(Loss) || Loss == AttackLoss.KullbackLeibler)
            throw new ArgumentOutOfRangeException(nameof(Loss), Loss, "Expected CrossEntropy, Margin or LogitRatio: KL(p(x) ‖ p(x')) has no gradient at the images themselves.");
        if (!IsAscending([.. Steps.Select(steps => (double)steps)]) || Steps[0] < 1)
            throw new ArgumentException($"Steps must be two or more ascending numbers from 1 on, but are [{string.Join(", ", Steps)}].", nameof(Steps));
        if (!IsAscending(RadiusFactors) || !(RadiusFactors[0] > 0) || !double.IsFinite(RadiusFactors[^1]))
            throw new ArgumentException($"RadiusFactors must be two or more ascending finite numbers > 0, but are [{string.Join(", ", RadiusFactors)}].", nameof(RadiusFactors));
        if (!(SmallStep is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(SmallStep), SmallStep, "The small step is a share of ε in (0,1].");
        if (!(LeastRise is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(LeastRise), LeastRise, "A share of points is in [0,1].");
        if (!(Tolerance is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "A share of points is in [0,1).");
        if (!(WholeBoxLeft is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(WholeBoxLeft), WholeBoxLeft, "A share of points is in [0,1).");
        Evaluation.Validate();
    }

    private static bool IsAscending(IReadOnlyList<double> values) => values.Count >= 2 && values.Zip(values.Skip(1)).All(pair => pair.First < pair.Second);
}
