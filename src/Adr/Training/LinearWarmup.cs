namespace Adr.Training;

/// <summary>How a setting grows linearly, step by step, over the first epochs: the training attack's radius, or the weights of ADR's terms.</summary>
/// <remarks>
/// Step t of the warm-up's T has the share t/T, t = 1 … T: never 0, and 1 from its last step on. A network that meets ε = 0.3 on
/// MNIST from the first step on stalls at chance.
/// </remarks>
/// <param name="Epochs">Over how many epochs it grows; 0 for none.</param>
public sealed record LinearWarmup(int Epochs)
{
    /// <summary>The share of a step, in (0,1].</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">From 1, within the epoch.</param>
    /// <param name="stepsPerEpoch">How many steps each epoch has.</param>
    public double At(int epoch, int step, int stepsPerEpoch)
    {
        var taken = (long)(epoch - 1) * stepsPerEpoch + step;
        return Math.Min(1, taken / ((double)Epochs * stepsPerEpoch)); // 0 epochs: ∞, so 1
    }
}
