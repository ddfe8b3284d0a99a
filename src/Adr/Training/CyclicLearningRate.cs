namespace Adr.Training;

/// <summary>A learning rate that rises in a line from 0 to its largest and falls in a line to 0, step by step: one cycle of PyTorch's <c>CyclicLR</c>.</summary>
/// <remarks>"Fast is better than free" (Wong, Rice and Kolter 2020) trains FGSM-RS with it: up to 0.2 by SGD on CIFAR-10, half of the steps up.</remarks>
/// <param name="Largest">The rate at the peak, above 0.</param>
/// <param name="Peak">After which share of all steps it is reached, in (0,1).</param>
/// <param name="Epochs">Over how many epochs the cycle goes.</param>
public sealed record CyclicLearningRate(double Largest, double Peak, int Epochs)
{
    /// <summary>The learning rate of a step; that of the very first is 0.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">Within the epoch, from 1.</param>
    /// <param name="steps">Of each epoch.</param>
    public double At(int epoch, int step, int steps)
    {
        var done = (epoch - 1 + (step - 1.0) / steps) / Epochs; // share of all steps before this one
        return Largest * Math.Min(done / Peak, (1 - done) / (1 - Peak));
    }
}
