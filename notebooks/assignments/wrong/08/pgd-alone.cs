// answer: plan
// fails: check-attack
ExperimentMatrix Plan()
{
    var settings = Experiment.Mnist(Budget.Smoke, device: "cpu") with
    {
        Epsilon = 0.2, TrainCount = 1000, ValidationCount = 100, TestCount = 200, Epochs = 5,
        Evaluation = new EvaluationPlan { PgdSteps = 20, PgdStepSize = 0.02, AutoAttackCount = 0 },
    };
    return new ExperimentMatrix
    {
        Experiments = new Dictionary<string, Experiment> { ["MNIST"] = settings },
        Defences = ["ADV", "ADR-ADV"],
        Seeds = [1, 2, 3],
    };
}
