namespace Adr.Training;

/// <summary>A learning rate that falls by a factor at milestones, as PyTorch's <c>MultiStepLR</c>.</summary>
/// <param name="Initial">The rate of the first epoch.</param>
/// <param name="Milestones">After how many epochs it falls: milestone 55 lowers the rate from epoch 56 on.</param>
/// <param name="Factor">What it is multiplied by at each.</param>
public sealed record LearningRateSchedule(double Initial, IReadOnlyList<int> Milestones, double Factor = 0.1)
{
    /// <summary>The learning rate of an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    public double At(int epoch) => Initial * Math.Pow(Factor, Milestones.Count(milestone => epoch > milestone));
}

/// <summary>A learning rate that rises linearly from 0 to its largest and falls linearly to 0, step by step: one cycle
/// of PyTorch's <c>CyclicLR</c>.</summary>
/// <remarks>"Fast is better than free" (Wong, Rice and Kolter 2020) trains FGSM-RS with it: up to 0.2 by SGD on
/// CIFAR-10, rising for half of the steps. With SGD, PyTorch cycles the momentum, too: from 0.9 down to 0.8 at the
/// peak, and back.</remarks>
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

    /// <summary>SGD's momentum at a step.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">Within the epoch, from 1.</param>
    /// <param name="steps">Of each epoch.</param>
    public double MomentumAt(int epoch, int step, int steps) => 0.9 - 0.1 * At(epoch, step, steps) / Largest;
}

/// <summary>The linear growth of ε, or of the weights of ADR's terms, over the first epochs.</summary>
/// <remarks>Step t of the warm-up's T has the share t/T, t = 1 … T: never 0, and 1 from its last step on. A network
/// that is trained against ε = 0.3 on MNIST from the first step on stalls at chance.</remarks>
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
