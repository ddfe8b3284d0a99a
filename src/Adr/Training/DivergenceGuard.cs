namespace Adr.Training;

/// <summary>Stops a run whose loss is not finite, or whose latent (or logits) grows without bound.</summary>
internal sealed class DivergenceGuard(Defence defence, double learningRate, double limit)
{
    private const int FirstSteps = 10;     // of the first epoch: until then the first batch may prove no measure
    private const double Nothing = 1e-6;   // no norm to compare with
    private const double LossGrowth = 10;  // a run that diverges at once takes its loss with it

    private double? _firstLoss;

    /// <summary>The mean norm that others are compared with: that of the run's first step; null before it.</summary>
    /// <remarks>A first batch of blank images has hardly any. Where the norm of one of the first steps is far larger
    /// and the loss is not, that norm takes its place.</remarks>
    internal double? InitialNorm { get; set; }

    /// <summary>Checks one step.</summary>
    /// <param name="loss">The total loss.</param>
    /// <param name="norm">The mean norm of what is watched.</param>
    /// <param name="watched">"latent" or "logits".</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">From 1.</param>
    /// <param name="isFirst">Whether the weights are the initial ones still.</param>
    /// <exception cref="TrainingDivergedException">The run has diverged.</exception>
    internal void Check(double loss, double norm, string watched, int epoch, int step, bool isFirst)
    {
        if (!double.IsFinite(loss)) Stop($"the loss is {loss}", epoch, step, isFirst);
        if (!double.IsFinite(norm)) Stop($"the mean norm of the {watched} is {norm}", epoch, step, isFirst);
        _firstLoss ??= Math.Abs(loss);
        InitialNorm ??= norm;
        if (norm <= limit * InitialNorm) return;
        var isEarly = epoch == 1 && step <= FirstSteps;
        if (InitialNorm < Nothing || (isEarly && Math.Abs(loss) <= LossGrowth * _firstLoss))
        {
            InitialNorm = norm;
            return;
        }
        Stop($"the mean norm of the {watched} is {norm:G4}, {norm / InitialNorm:G3} times that of the first step "
            + $"(limit {limit})", epoch, step);
    }

    /// <summary>Checks the logits of the examples held out, where moments that nobody trains may not be
    /// finite.</summary>
    /// <param name="isFinite">Whether they are.</param>
    /// <param name="epoch">The epoch that has ended.</param>
    /// <param name="step">Its last step.</param>
    /// <exception cref="TrainingDivergedException">They are not.</exception>
    internal void CheckHeldOut(bool isFinite, int epoch, int step)
    {
        if (!isFinite)
            Stop("in evaluation mode the logits of the examples held out are not finite, though the loss is: look at "
                + "the running moments of batch norms, and at what the model does in that mode alone", epoch, step);
    }

    private void Stop(string symptom, int epoch, int step, bool isFirst = false)
    {
        var warmup = defence.Attack is null ? "" : ", or a longer ε warm-up";
        var cause = isFirst
            ? "No step was taken yet, so the learning rate is not the cause. Look for a division, a root or a "
                + "logarithm in the model's forward pass, or in the loss, that is not finite on these images."
            : defence.Weights is { DetachLatent: true, LocalCompactness: > 0 } or
                { DetachLatent: true, GlobalCompactness: > 0 }
            ? "The clean latent is detached (DetachLatent = true): z' follows a z that the same weights move, so the "
                + "latent can grow without bound. Set DetachLatent = false."
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
