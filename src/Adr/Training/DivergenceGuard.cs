namespace Adr.Training;

/// <summary>Stops a run whose loss is not finite, or whose latent (or logits) grows without bound.</summary>
internal sealed class DivergenceGuard(Defence defence, double learningRate, double limit)
{
    /// <summary>The mean norm at the run's first step; null before it.</summary>
    internal double? InitialNorm { get; set; }

    /// <summary>Checks one step.</summary>
    /// <param name="loss">The total loss.</param>
    /// <param name="norm">The mean norm of what is watched.</param>
    /// <param name="watched">"latent" or "logits".</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">From 1.</param>
    /// <exception cref="TrainingDivergedException">The run has diverged.</exception>
    internal void Check(double loss, double norm, string watched, int epoch, int step)
    {
        InitialNorm ??= norm;
        if (!double.IsFinite(loss)) Stop($"the loss is {loss}", epoch, step);
        if (norm <= limit * Math.Max(InitialNorm.Value, 1e-6)) return; // a norm that is NaN does not pass
        var growth = norm / InitialNorm.Value;
        Stop($"the mean norm of the {watched} is {norm:G4}, {growth:G3} times that of the first step (limit {limit})",
            epoch, step);
    }

    private void Stop(string symptom, int epoch, int step)
    {
        var warmup = defence.Attack is null ? "" : ", or a longer ε warm-up";
        var cause = defence.Weights is { DetachClean: true }
            ? "The clean side is detached (DetachClean = true): z' follows a z that the same weights move, so the "
                + "latent can grow without bound. Set DetachClean = false."
            : $"The learning rate {learningRate} is probably too high: try {learningRate / 10:G3}{warmup}.";
        var kept = epoch > 1 ? $"The last good epoch is {epoch - 1}." : "No epoch was complete.";
        throw new TrainingDivergedException(
            $"{defence.Name} diverged in epoch {epoch}, step {step}: {symptom}. {cause} {kept}", epoch, step);
    }
}

/// <summary>Training was stopped because the loss is no longer a number, or because the latent grows without bound. The
/// message names the likely cause and what to do.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(string message, int epoch, int step) : base(message) =>
        (Epoch, Step) = (epoch, step);

    /// <summary>The epoch in which it happened, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step of that epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The last complete epoch, which the run folder's checkpoint holds; 0 where none is complete.</summary>
    public int LastGoodEpoch => Epoch - 1;
}
