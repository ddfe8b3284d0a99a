// answer: plan
// fails: check-choice
ExperimentMatrix Plan()
{
    var settings = Experiment.Mnist(Budget.Smoke, device: "cpu") with
    {
        Epsilon = 0.2, TrainCount = 1000, ValidationCount = 0, TestCount = 200, Epochs = 5,
        Evaluation = new EvaluationPlan { PgdSteps = 20, PgdStepSize = 0.02, AutoAttackCount = 50 },
    };
    return new ExperimentMatrix
    {
        Experiments = new Dictionary<string, Experiment> { ["MNIST"] = settings },
        Defences = ["ADV", "ADR-ADV"],
        Seeds = [1, 2, 3],
    };
}
