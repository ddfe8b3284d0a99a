using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Training;

namespace Adr.Samples;

public static class AttacksPageTests
{
    [Fact]
    public static void Page_runs_from_top_to_bottom()
    {
        using var folder = new Folder();
        var (train, all) = Mnist.Embedded();
        var test = all.Take(12);
        var model = new MnistCnn(seed: 1);
        var quick = new TrainingOptions { Epochs = 1, Optimizer = new AdamSettings(0.002) };
        new Trainer(model, new StandardTraining(), quick).Fit(train.Take(1500));
        var (images, labels) = (test.Images, test.Labels);

        var threat = ThreatModel.Linf(0.3);
        var adversarial = new Pgd(threat, steps: 40, stepSize: 0.01).Run(model, images, labels, seed: 1);
        Assert.Equal(images.shape, adversarial.shape);

        Attack[] attacks =
        [
            new Pgd(threat, 40, keep: KeptIterate.EarlyStop), new Apgd(threat, AttackLoss.Dlr), new Square(threat, 100),
        ];
        var report = Robustness.Evaluate(model, test, attacks, new EvaluationOptions { SaveAdversarialTo = "images" });
        report.Save("report.json");                                                 // RobustnessReport.Load reads it
        using var saved = AdversarialExamples.Load("images/01-pgd-40.safetensors"); // images, labels, which are robust
        Assert.Equal(report.WorstCase, RobustnessReport.Load("report.json").WorstCase);
        Assert.Equal(report.Attacks[0].Robust, saved.Robust);

        using var evaluator = new Evaluator(model, test, name: "ADR-ADV");
        var distances = MinimumNormReport.Evaluate(evaluator, new FabTargeted(threat));
        var median = distances.Median; // half of the examples are misclassified within this distance
        var curve = RobustnessCurve.Of(distances, [0, 0.1, 0.2, 0.3, 0.4]);
        Assert.InRange(median, 0, 1);
        Assert.Equal(5, curve.Points.Count);

        using var few = test.Take(6);
        using var onFew = new Evaluator(model, few, name: "ADR-ADV");
        var autoAttack = AutoAttackReport.Evaluate(onFew, new AutoAttack(threat), stateFile: "run.json");
        Console.WriteLine(autoAttack.RobustAccuracy);      // the share of all examples, with its interval
        Console.WriteLine(autoAttack.Warnings.Count);      // signs of an unreliable evaluation; 0 is good
        Assert.Equal(6, autoAttack.RobustAccuracy.Total);

        var masking = GradientMaskingReport.Evaluate(evaluator, threat);
        Console.WriteLine(masking);     // in a notebook: masking
        Assert.NotEmpty(masking.Findings);
    }

    [Fact]
    public static void Attack_of_one_s_own_stays_within_the_threat_model()
    {
        var (_, test) = Mnist.Embedded();
        using var few = test.Take(5);
        using var model = new MnistCnn(seed: 1);
        var threat = ThreatModel.Linf(0.3);
        using var adversarial = new RandomCorners(threat).Run(model, few.Images, few.Labels, seed: 1);
        Assert.InRange(threat.Distance(adversarial, few.Images).max().item<float>(), 0.1f, 0.3001f);
    }
}
