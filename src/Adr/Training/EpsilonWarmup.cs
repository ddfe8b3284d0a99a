namespace Adr.Training;

/// <summary>Lets the training attack's radius grow linearly, step by step, over the first epochs.</summary>
/// <remarks>
/// Step t of the warm-up's T uses ε·t/T, t = 1 … T: never 0, and the full ε from its last step on. A network that meets ε = 0.3 on
/// MNIST from the first step on stalls at chance.
/// </remarks>
/// <param name="Epsilon">The full radius.</param>
/// <param name="Epochs">Over how many epochs it grows; 0 for none.</param>
public sealed record EpsilonWarmup(double Epsilon, int Epochs)
{
    /// <summary>The radius of a step.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">From 1, within the epoch.</param>
    /// <param name="stepsPerEpoch">How many steps each epoch has.</param>
    public double At(int epoch, int step, int stepsPerEpoch)
    {
        var taken = (long)(epoch - 1) * stepsPerEpoch + step;
        return Epsilon * Math.Min(1, taken / ((double)Epochs * stepsPerEpoch)); // 0 epochs: ∞, so 1
    }
}
