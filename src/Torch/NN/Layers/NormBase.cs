namespace TorchSharp.Modules;

/// <summary>What the batch normalisations share: parameters, running moments and their update.</summary>
public abstract class NormBase : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private Parameter? currentWeight, currentBias;
    private torch.Tensor? currentMean, currentVariance, currentCount;

    private protected NormBase(long features, double eps, double? momentum, bool affine, bool trackStatistics, torch.Device? device, torch.ScalarType? dtype, string name) : base(name)
    {
        (num_features, this.eps, this.momentum, this.affine, track_running_stats) = (features, eps, momentum, affine, trackStatistics);
        if (affine)
        {
            weight = new Parameter(torch.ones(features, dtype, device));
            bias = new Parameter(torch.zeros(features, dtype, device));
        }
        if (trackStatistics)
        {
            running_mean = torch.zeros(features, dtype, device);
            running_var = torch.ones(features, dtype, device);
            num_batches_tracked = torch.zeros([], torch.ScalarType.Int64, device);
        }
    }

    /// <summary>The number of channels C.</summary>
    public long num_features { get; }

    /// <summary>Added to the variance, so that nothing is divided by 0.</summary>
    public double eps { get; set; }

    /// <summary>The share of the newest batch in the running moments; null: all batches count the same.</summary>
    public double? momentum { get; set; }

    /// <summary>Whether there are a weight and a bias.</summary>
    public bool affine { get; }

    /// <summary>Whether running moments are kept.</summary>
    public bool track_running_stats { get; }

    /// <summary>The factor of each channel [C], 1 at first.</summary>
    public Parameter weight
    {
        get => currentWeight!;
        set => Own(ref currentWeight, value, nameof(weight));
    }

    /// <summary>The shift of each channel [C], 0 at first, or null.</summary>
    public Parameter? bias
    {
        get => currentBias;
        set => Own(ref currentBias, value, nameof(bias));
    }

    /// <summary>The running mean of each channel [C], or null.</summary>
    public torch.Tensor? running_mean
    {
        get => currentMean;
        set => Own(ref currentMean, value, nameof(running_mean));
    }

    /// <summary>The running unbiased variance of each channel [C], or null.</summary>
    public torch.Tensor? running_var
    {
        get => currentVariance;
        set => Own(ref currentVariance, value, nameof(running_var));
    }

    /// <summary>How many batches the running moments have seen, an int64 scalar, or null.</summary>
    public torch.Tensor? num_batches_tracked
    {
        get => currentCount;
        set => Own(ref currentCount, value, nameof(num_batches_tracked));
    }

    /// <summary>Sets the running moments to mean 0, variance 1 and no batch seen.</summary>
    public void reset_running_stats()
    {
        if (!track_running_stats) return;
        torch.nn.init.zeros_(running_mean!);
        torch.nn.init.ones_(running_var!);
        torch.nn.init.zeros_(num_batches_tracked!);
    }

    /// <summary>Sets the running moments, the weight to 1 and the bias to 0.</summary>
    public void reset_parameters()
    {
        reset_running_stats();
        if (!affine) return;
        torch.nn.init.ones_(weight);
        torch.nn.init.zeros_(bias!);
    }

    /// <inheritdoc/>
    protected override void RegisterComponents() { }

    /// <summary>Throws where the input has a number of dimensions that the layer is not for.</summary>
    /// <param name="input">The input.</param>
    protected abstract void ValidateInputDimensions(torch.Tensor input);

    private protected torch.Tensor Normalise(torch.Tensor input)
    {
        ValidateInputDimensions(input);
        var share = momentum ?? 0;
        if (training && track_running_stats && num_batches_tracked is { } count)
        {
            count.add_(1);
            share = momentum ?? 1.0 / count.item<long>();
        }
        var ofBatch = training || (running_mean is null && running_var is null);
        return torch.nn.functional.batch_norm(input, running_mean, running_var, currentWeight, currentBias, ofBatch, share, eps);
    }
}
