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
