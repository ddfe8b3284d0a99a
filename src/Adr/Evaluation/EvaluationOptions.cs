using Adr.Attacks;

namespace Adr.Evaluation;

/// <summary>How an evaluation runs.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Examples in one batch, at least 1; 256. It changes speed and memory, and results only by
    /// rounding.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>The seed of the attacks' random numbers; 0.</summary>
    public long Seed { get; init; }

    /// <summary>Where to run, such as "cpu" or "cuda:0"; the model must lie there. Null, the default, for where the
    /// model lies.</summary>
    public string? Device { get; init; }

    /// <summary>A folder for the adversarial images, one safetensors file per attack; made if it is not there. Null,
    /// the default, to keep none.</summary>
    public string? SaveAdversarialTo { get; init; }

    /// <summary>Told after every batch; null for nobody.</summary>
    public IProgress<EvaluationProgress>? Progress { get; init; }

    /// <summary>Throws unless the options make sense.</summary>
    /// <exception cref="ArgumentException">The batch size is below 1, or the folder's name is empty or that of a
    /// file.</exception>
    public void Validate()
    {
        if (BatchSize < 1)
            throw new ArgumentException($"The batch size must be at least 1, but is {BatchSize}.", nameof(BatchSize));
        if (SaveAdversarialTo is { } folder && (string.IsNullOrWhiteSpace(folder) || File.Exists(folder)))
            throw new ArgumentException(
                $"SaveAdversarialTo must name a folder, but '{folder}' is "
                    + $"{(File.Exists(folder) ? "a file" : "empty")}.",
                nameof(SaveAdversarialTo));
    }
}

/// <summary>How far an evaluation is.</summary>
/// <param name="Attack">The running attack, or "natural".</param>
/// <param name="Done">Examples of it that are done.</param>
/// <param name="Total">All examples.</param>
public sealed record EvaluationProgress(string Attack, int Done, int Total);
