using Adr.Experiments;
using Adr.Losses;

namespace Adr.Tests.Experiments;

public static class AblationTests
{
    private static readonly Experiment Settings = Experiment.Mnist(Budget.Smoke, device: "cpu");

    [Fact]
    public static void Alone_has_one_weight_each()
    {
        var alone = Ablation.Alone(Settings);
        Assert.Equal(Ablation.TermNames.Select(name => $"{name} alone"), alone.Select(one => one.Name));
        Assert.All(alone, one => Assert.Equal([0, 0, 0, 0, 1], Weights(one.Experiment.Weights).Order()));
        Assert.Equal(5, alone.Select(one => one.Experiment.Weights).Distinct().Count());
        Assert.Equal(1, alone.Single(one =>
            one.Name.StartsWith("global compactness", StringComparison.Ordinal)).Experiment.Weights.GlobalCompactness);
    }

    [Fact]
    public static void The_table_has_each_term_alone_and_left_out_and_all_five()
    {
        var table = Ablation.Table(Settings);
        Assert.Equal(
            [
                .. Ablation.TermNames.Select(name => $"{name} alone"),
                .. Ablation.TermNames.Select(name => $"without {name}"), "all five terms",
            ],
            table.Select(row => row.Name));
        for (var i = 0; i < 5; i++)
        {
            var (alone, without) = (Weights(table[i].Experiment.Weights), Weights(table[i + 5].Experiment.Weights));
            Assert.All(Enumerable.Range(0, 5), k => Assert.Equal(k == i ? (1, 0) : (0, 1), (alone[k], without[k])));
        }
        Assert.Equal([1, 1, 1, 1, 1], Weights(table[^1].Experiment.Weights));
    }

    [Fact]
    public static void What_is_no_weight_is_the_experiment_s()
    {
        var form = new CompactnessWeights(Separation: 0.5, Smoothness: SmoothnessForm.KullbackLeibler,
            DetachLatent: true, DetachLogits: true);
        Assert.All(Ablation.Table(Settings with { Weights = form }).Concat(
                Ablation.Pairs(Settings with { Weights = form })),
            row => Assert.Equal(form * 0, row.Experiment.Weights * 0));
    }

    [Fact]
    public static void Pairs_have_two() =>
        Assert.All(Ablation.Pairs(Settings),
        one => Assert.Equal([0, 0, 0, 1, 1], Weights(one.Experiment.Weights).Order()));

    [Fact]
    public static void Forms_differ_in_the_form_alone_and_one_is_the_default()
    {
        var forms = Ablation.Forms(Settings).Select(one => one.Experiment.Weights).ToList();
        Assert.Equal(3, forms.Distinct().Count());
        Assert.All(forms, form => Assert.Equal(new CompactnessWeights(),
            form with { Smoothness = new CompactnessWeights().Smoothness, DetachLogits = false }));
        Assert.Contains(new CompactnessWeights(), forms);
    }

    [Fact]
    public static void Sensitivity_changes_one_weight()
    {
        foreach (var term in Ablation.TermNames)
        {
            var runs = Ablation.Sensitivity(Settings, term, [0.3, 7]);
            Assert.Equal([$"{term} × 0.3", $"{term} × 7"], runs.Select(run => run.Name));
            Assert.All(runs.Zip([0.3, 7.0]),
                pair => Assert.Single(Weights(pair.First.Experiment.Weights).Zip(Weights(Settings.Weights)),
                both => both.First != both.Second));
            Assert.Contains(7, Weights(runs[1].Experiment.Weights));
        }
        Assert.Throws<ArgumentException>("term", () => Ablation.Sensitivity(Settings, "compactness", [1]));
    }

    private static double[] Weights(CompactnessWeights w) =>
        [w.LocalCompactness, w.LocalSmoothness, w.GlobalCompactness, w.GlobalSmoothness, w.Confidence];
}
