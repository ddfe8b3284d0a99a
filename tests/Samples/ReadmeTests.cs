using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Losses;
using Adr.Models;
using Adr.Training;

namespace Adr.Samples;

public static class ReadmeTests
{
    [Fact]
    public static void Use_the_library()
    {
        using var folder = new Folder();
        var (train, test) = Mnist.Embedded();                                // or Cifar10.Load(), or your own Dataset
        var model = new MnistCnn(seed: 1);                                   // or any nn.Module<Tensor, Tensor>
        var threat = ThreatModel.Linf(0.3);
        var defence = new AdversarialTraining(new Pgd(threat, steps: 5), new CompactnessWeights());    // ADR-ADV
        var options = new TrainingOptions { Epochs = 1, Optimizer = new AdamSettings() };
        var history = new Trainer(model, defence, options).Fit(train.Take(500), new RunFolder("runs/adr-adv"));
        var report = Robustness.Evaluate(model, test.Take(100), [new Fgsm(threat), new Pgd(threat, steps: 20)]);
        Console.WriteLine(report.WorstCase);

        Assert.Single(history.Epochs);
        Assert.Equal(100, report.WorstCase.Total);
    }
}
