using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Data;

namespace Adr.Training;

/// <summary>The settings of a training run, except for the model, the data and the defence.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training data, at least 1.</summary>
    public required int Epochs { get; init; }

    /// <summary>Examples per step; the last batch of an epoch may have fewer. Default 128, the authors'.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Default SGD 0.01 with momentum 0.9, the authors' on MNIST.</summary>
    public OptimizerSettings Optimizer { get; init; } = new SgdSettings();

    /// <summary>After how many finished epochs the learning rate falls; rising. Default none.</summary>
    public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>What the learning rate is multiplied by at a milestone, in (0,1]. Default 0.1.</summary>
    public double DecayFactor { get; init; } = 0.1;

    /// <summary>After which share of all steps the learning rate peaks, in (0,1), where it rises from 0 and falls to 0
    /// (<see cref="CyclicLearningRate"/>); the optimiser's rate is the largest. Null, the default, for
    /// <see cref="Milestones"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CyclicPeak { get; init; }

    /// <summary>Over how many epochs the attack's ε grows to its full size (<see cref="LinearWarmup"/>). Default 0:
    /// none.</summary>
    public int EpsilonWarmupEpochs { get; init; }

    /// <summary>Over how many epochs the weights of ADR's terms grow to their full size (<see cref="LinearWarmup"/>).
    /// Default 0: full from the start, as in the authors' code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TermWarmupEpochs { get; init; }

    /// <summary>What is done to the images of each batch before they are attacked. Default null, nothing; the authors'
    /// code crops and flips on CIFAR.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CropAndFlip? Augmentation { get; init; }

    /// <summary>Of the order of batches, attacks, augmentation, dropout, and the examples held out. Default
    /// 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How many examples are held out to choose the epoch; 0, the default, keeps the last epoch.</summary>
    public int ValidationCount { get; init; }

    /// <summary>Steps of the PGD, of 2.5 ε/steps, on the examples held out. Default 10.</summary>
    public int ValidationSteps { get; init; } = 10;

    /// <summary>How many times its first size the norm of the latent may reach before the run is stopped; of the logits
    /// where the model gives no latent. Default 100.</summary>
    public double LatentGrowthLimit { get; init; } = 100;

    /// <summary>"cpu", "cuda" or "cuda:N". Default "cpu".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Checks everything that can be known before the work.</summary>
    /// <param name="train">The training data, where the check includes it.</param>
    /// <exception cref="ArgumentException">Lists every problem.</exception>
    public void Validate(Dataset? train = null)
    {
        var problems = Problems(train).ToList();
        if (problems.Count > 0)
            throw new ArgumentException($"These training options cannot work:\n  {string.Join("\n  ", problems)}");
    }

    private IEnumerable<string> Problems(Dataset? train)
    {
        var milestones = string.Join(", ", Milestones);
        if (Epochs < 1) yield return $"Epochs is {Epochs}; it must be at least 1.";
        if (BatchSize < 1) yield return $"BatchSize is {BatchSize}; it must be at least 1.";
        if (Optimizer is null) yield return "Optimizer is null; give SgdSettings or AdamSettings.";
        foreach (var problem in Optimizer?.Problems() ?? []) yield return problem;
        if (Milestones.Zip(Milestones.Skip(1), (a, b) => a >= b).Any(wrong => wrong) || Milestones.Any(m => m < 1))
            yield return $"Milestones are {milestones}; they must rise, from 1 on.";
        if (DecayFactor is not (> 0 and <= 1)) yield return $"DecayFactor is {DecayFactor}; it must be in (0,1].";
        if (CyclicPeak is not (null or > 0 and < 1))
            yield return $"CyclicPeak is {CyclicPeak}; it must be in (0,1), or null.";
        if (CyclicPeak is not null && Milestones.Count > 0)
            yield return $"CyclicPeak is {CyclicPeak} and Milestones are {milestones}: the learning rate follows "
                + "one of them. Leave the other out.";
        if (EpsilonWarmupEpochs < 0)
            yield return $"EpsilonWarmupEpochs is {EpsilonWarmupEpochs}; it must not be negative.";
        if (EpsilonWarmupEpochs > Epochs && Epochs > 0)
            yield return $"EpsilonWarmupEpochs is {EpsilonWarmupEpochs}, more than the {Epochs} epochs: the full ε "
                + "would never be trained against.";
        if (TermWarmupEpochs < 0) yield return $"TermWarmupEpochs is {TermWarmupEpochs}; it must not be negative.";
        if (TermWarmupEpochs > Epochs && Epochs > 0)
            yield return $"TermWarmupEpochs is {TermWarmupEpochs}, more than the {Epochs} epochs: the terms would "
                + "never have their full weight.";
        if (Augmentation is { Padding: < 0 })
            yield return $"Augmentation.Padding is {Augmentation.Padding}; it must not be negative.";
        if (ValidationCount < 0) yield return $"ValidationCount is {ValidationCount}; it must not be negative.";
        if (train is not null && ValidationCount >= train.Count)
            yield return $"ValidationCount is {ValidationCount}, but {train.Name} has {train.Count} examples: nothing "
                + "would be left to train on.";
        if (ValidationSteps < 1) yield return $"ValidationSteps is {ValidationSteps}; it must be at least 1.";
        if (!(LatentGrowthLimit > 1)) yield return $"LatentGrowthLimit is {LatentGrowthLimit}; it must be above 1.";
        if (DeviceName.Problem(Device) is { } noDevice) yield return noDevice;
    }
}
