using Adr.Experiments;
using Adr.Losses;

namespace Adr.Samples;

public static class ExperimentsPageTests
{
    [Fact]
    public static void An_experiment_trains_evaluates_and_makes_a_table()
    {
        using var folder = new Folder();

        var settings = new CompactnessWeights(LocalCompactness: 2);
        var experiment = Experiment.Mnist(Budget.Smoke) with { Weights = settings, LatentLayer = "conv3" };
        var trained = experiment.Train("ADR-ADV");            // resumes an interrupted run, loads a finished one
        var result = experiment.Evaluate(trained); // every attack of experiment.Evaluation, one after another
        var table = new RobustnessTable(experiment, [result]);

        Assert.Contains("| ADR-ADV |", table.ToMarkdown(), StringComparison.Ordinal);
    }
}
