using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;

namespace Adr.Experiments;

public sealed partial record MnistExperiment
{
    /// <summary>How many test digits the curve, the latents and the confusion look at, from the first on; fewer if <see cref="TestCount"/> is. Default 500.</summary>
    public int LookCount { get; init; } = 500;

    /// <summary>The last and strongest of <see cref="EvaluationAttacks"/>.</summary>
    public Attack StrongestAttack() => EvaluationAttacks()[^1];

    /// <summary>The first test digits, to look at. The caller disposes them.</summary>
    /// <param name="count">How many, at least 1; null for <see cref="LookCount"/>.</param>
    public Dataset HeldOut(int? count = null)
    {
        var (train, test) = Load();
        using (train)
        using (test)
            return test.Take(Math.Min(count ?? LookCount, test.Count));
    }

    /// <summary>A model's robust accuracy over ε, under <see cref="StrongestAttack"/> scaled to each ε, on <see cref="LookCount"/> test digits.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="epsilons">Radii ≥ 0; ε = 0 is the natural accuracy.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public RobustnessCurve Curve(TrainedModel trained, IReadOnlyList<double> epsilons, CancellationToken cancellation = default)
    {
        using var data = HeldOut();
        return RobustnessCurve.Evaluate(trained.Model, trained.Defence, data, StrongestAttack(), epsilons, new EvaluationOptions { Seed = Seed }, cancellation);
    }

    /// <summary>The latents of <see cref="LookCount"/> test digits, clean and under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public LatentPoints Latents(TrainedModel trained, CancellationToken cancellation = default)
    {
        using var data = HeldOut();
        return LatentPoints.Evaluate(trained.Model, data, StrongestAttack(), new EvaluationOptions { Seed = Seed }, cancellation);
    }

    /// <summary>What a model takes the digits for, on <see cref="LookCount"/> test digits under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public ConfusionMatrix Confusion(TrainedModel trained, CancellationToken cancellation = default)
    {
        using var data = HeldOut();
        return ConfusionMatrix.Evaluate(trained.Model, data, StrongestAttack(), new EvaluationOptions { Seed = Seed }, cancellation);
    }
}
