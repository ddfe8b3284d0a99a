using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

/// <summary>
/// One step of ADR on a network that is too large to be trained in a test: attack, all terms, gradients, update.
/// </summary>
internal static class WholeStep
{
    internal static void MovesEveryParameter(Classifier model, int images)
    {
        using var scope = NewDisposeScope();
        var before = model.parameters().Select(p => p.detach().clone()).ToList();
        var (train, test) = Gratings.Load(images, 1);
        using (train)
        using (test)
        {
            var defence = new AdversarialTraining(new Pgd(ThreatModel.Linf(8.0 / 255), 1, 8.0 / 255),
                new CompactnessWeights(GlobalSmoothness: 1));
            var history = new Trainer(model, defence,
                new TrainingOptions { Epochs = 1, BatchSize = images, Optimizer = new SgdSettings(0.1) }).Fit(train);
            Assert.Equal(["AdversarialCrossEntropy", "Confidence", "CrossEntropy", "GlobalCompactness",
                "GlobalSmoothness", "LocalCompactness", "LocalSmoothness"], history.Epochs[0].Terms.Keys.Order());
            Assert.True(double.IsFinite(history.Epochs[0].Loss));
        }
        var names = model.named_parameters().Select(p => p.name).ToList();
        var after = model.parameters().ToList();
        for (var i = 0; i < names.Count; i++)
        {
            Assert.True(after[i].isfinite().all().item<bool>(), $"{names[i]} is not finite after the step.");
            Assert.False(after[i].eq(before[i]).all().item<bool>(), $"{names[i]} did not move.");
        }
    }
}
