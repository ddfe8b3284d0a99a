using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Training;

namespace Adr.Bench;

/// <summary>A network that was trained a little, and digits that it has not seen: how long an evaluation takes depends
/// on how many points fall.</summary>
internal sealed class TrainedDigits : IDisposable
{
    private const int Digits = 2000, Epochs = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adr-bench");

    /// <summary>Trains it, within half a minute, and writes both for the reference.</summary>
    internal TrainedDigits(Classifier model, int points)
    {
        var (train, test) = Mnist.Embedded();
        using (train)
        using (test)
        using (var some = train.Take(Digits))
        {
            new Trainer(model, new AdversarialTraining(new Pgd(ThreatModel.Linf(0.3), 5, 0.1)), new TrainingOptions
            {
                Epochs = Epochs, BatchSize = 64, Optimizer = new AdamSettings(0.002), EpsilonWarmupEpochs = Epochs / 2,
            }).Fit(some);
            Points = test.Take(points);
        }
        Weights.Save(model, WeightsFile);
        Safetensors.Write(BatchFile, new Dictionary<string,
            TorchSharp.torch.Tensor> { ["images"] = Points.Images, ["labels"] = Points.Labels });
    }

    internal Dataset Points { get; }

    internal string WeightsFile => Path.Combine(_folder.FullName, "weights.safetensors");

    internal string BatchFile => Path.Combine(_folder.FullName, "batch.safetensors");

    /// <summary>Frees the digits and deletes the files.</summary>
    public void Dispose()
    {
        Points.Dispose();
        _folder.Delete(recursive: true);
    }
}
