namespace Adr.Training;

/// <summary>Watches a run for a loss that is not finite and for a latent that grows without bound.</summary>
internal sealed class DivergenceGuard(Defence defence, double learningRate, double limit)
{
    /// <summary>Mean ‖z‖₂ at the run's first step; null before it.</summary>
    internal double? InitialLatentNorm { get; set; }

    /// <summary>Looks at one step.</summary>
    /// <exception cref="TrainingDivergedException">It has diverged.</exception>
    internal void Check(double loss, double latentNorm, int epoch, int step)
    {
        InitialLatentNorm ??= latentNorm;
        if (!double.IsFinite(loss))
            Stop($"the loss is {loss}", epoch, step);
        if (!(latentNorm <= limit * Math.Max(InitialLatentNorm.Value, 1e-6))) // a norm that is NaN stops too
            Stop($"the latent's mean norm is {latentNorm:G4}, {latentNorm / InitialLatentNorm.Value:G3} times what it was at the first step (limit {limit})", epoch, step);
    }

    private void Stop(string symptom, int epoch, int step)
    {
        var cause = defence.Weights is { DetachClean: true }
            ? "The clean side is detached (DetachClean = true): z' chases a z that the same weights move, and the latent runs away. Set DetachClean = false."
            : $"The learning rate {learningRate} is probably too high: try {learningRate / 10:G3}{(defence.Attack is null ? "" : ", or a longer ε warm-up")}.";
        var keep = epoch > 1 ? $"The last good epoch is {epoch - 1}." : "No epoch was complete.";
        throw new TrainingDivergedException($"{defence.Name} diverged in epoch {epoch}, step {step}: {symptom}. {cause} {keep}", epoch, step, epoch - 1);
    }
}
