namespace Adr.Training;

/// <summary>Training was stopped because the loss is no longer a number, or the latent runs away. The message names the likely cause and what to do.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(string message, int epoch, int step, int lastGoodEpoch) : base(message) =>
        (Epoch, Step, LastGoodEpoch) = (epoch, step, lastGoodEpoch);

    /// <summary>The epoch in which it happened, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step of that epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The last complete epoch, whose checkpoint is in the run folder where there is one; 0 where none is complete.</summary>
    public int LastGoodEpoch { get; }
}
