using System.Globalization;
using Adr.Attacks;
using Adr.Evaluation;

namespace Adr.Experiments;

public sealed partial record MnistExperiment
{
    /// <summary>The attacks of the evaluation: FGSM and PGD, each point keeping its worst iterate until it is clearly broken.</summary>
    public IReadOnlyList<Attack> EvaluationAttacks()
    {
        var threat = ThreatModel.Linf(Epsilon);
        return [new Fgsm(threat), new Pgd(threat, EvaluationSteps, 0.01, keep: KeptIterate.Broken)];
    }

    /// <summary>Auto-Attack, standard, on the first test digits; null where <see cref="AutoAttackCount"/> is 0.</summary>
    /// <remarks>How far it is stays in the run folder, so that an interrupted run goes on, and a finished one is not repeated.</remarks>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    /// <exception cref="ArgumentException">There are not so many test digits.</exception>
    public AutoAttackReport? AutoAttack(TrainedModel trained, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (AutoAttackCount == 0) return null;
        if (AutoAttackCount > TestCount) throw new ArgumentException($"{AutoAttackCount} digits for Auto-Attack are more than the {TestCount} of the test.");
        using var data = HeldOut(AutoAttackCount);
        var attack = new AutoAttack(ThreatModel.Linf(Epsilon));
        var state = trained.Folder.File(string.Create(CultureInfo.InvariantCulture, $"autoattack-{AutoAttackCount}-epsilon{Epsilon}.json"));
        return AutoAttackEvaluation.Evaluate(trained.Model, trained.Defence, data, attack, new EvaluationOptions { Seed = Seed, Progress = progress }, state, cancellation);
    }

    /// <summary>Attacks a trained model on the test digits.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    public RobustnessReport Evaluate(TrainedModel trained, CancellationToken cancellation = default)
    {
        var (train, test) = Load();
        using (train)
        using (test)
            return Robustness.Evaluate(trained.Model, trained.Defence, test, EvaluationAttacks(), new EvaluationOptions { Seed = Seed }, cancellation);
    }
}
