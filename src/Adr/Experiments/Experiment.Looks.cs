using Adr.Attacks;
using Adr.Evaluation;
using Adr.Models;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    /// <summary>The last and strongest of <see cref="EvaluationAttacks"/>.</summary>
    public Attack StrongestAttack() => EvaluationAttacks()[^1];

    /// <summary>A model's robust accuracy over ε, under <see cref="StrongestAttack"/> scaled to each ε, on <see cref="Judgement.LookCount"/> test images.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="epsilons">Radii ≥ 0; ε = 0 is the natural accuracy.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public RobustnessCurve Curve(TrainedModel trained, IReadOnlyList<double> epsilons, CancellationToken cancellation = default)
    {
        using var data = HeldOut(Judgement.LookCount);
        return RobustnessCurve.Evaluate(trained.Model, trained.Defence, data, StrongestAttack(), epsilons, new EvaluationOptions { Seed = Seed }, cancellation);
    }

    /// <summary>The latents of <see cref="Judgement.LookCount"/> test images, clean and under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <param name="projection">How they are laid out. Default: by principal components.</param>
    public LatentPoints Latents(TrainedModel trained, CancellationToken cancellation = default, Projection projection = Projection.PrincipalComponents)
    {
        using var data = HeldOut(Judgement.LookCount);
        return LatentPoints.Evaluate(trained.Model, data, StrongestAttack(), new EvaluationOptions { Seed = Seed }, cancellation, projection);
    }

    /// <summary>What a model takes the images for, on <see cref="Judgement.LookCount"/> test images under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public ConfusionMatrix Confusion(TrainedModel trained, CancellationToken cancellation = default)
    {
        using var data = HeldOut(Judgement.LookCount);
        return ConfusionMatrix.Evaluate(trained.Model, data, StrongestAttack(), new EvaluationOptions { Seed = Seed }, cancellation);
    }

    /// <summary>How far <see cref="StrongestAttack"/> moves <see cref="Judgement.LookCount"/> test images at each depth of a network in named layers.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">The network has no named layers.</exception>
    public DepthDivergence Depth(TrainedModel trained, CancellationToken cancellation = default)
    {
        if (trained.Model is not StagedClassifier staged) throw new ArgumentException($"{trained.Model.Architecture} has no named layers.", nameof(trained));
        using var data = HeldOut(Judgement.LookCount);
        return DepthDivergence.Evaluate(staged, trained.Defence, data, StrongestAttack(), new EvaluationOptions { Seed = Seed }, cancellation);
    }

    /// <summary>How sure a model is on <see cref="Judgement.LookCount"/> test images, clean and under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public Certainty Certainty(TrainedModel trained, CancellationToken cancellation = default)
    {
        using var data = HeldOut(Judgement.LookCount);
        return Evaluation.Certainty.Evaluate(trained.Model, trained.Defence, data, StrongestAttack(), new EvaluationOptions { Seed = Seed }, cancellation);
    }
}
