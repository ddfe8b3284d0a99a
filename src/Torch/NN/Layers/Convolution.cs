namespace TorchSharp.Modules;

/// <summary>What the convolutions share: sizes, padding and the two parameters.</summary>
public abstract class Convolution : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private Parameter? currentBias;
    private Parameter currentWeight = null!;

    private protected Convolution(string name, long inputs, long outputs, long[] kernel, long[] stride, long[]? padding, Padding? paddingType,
        long[] dilation, long groups, bool hasBias, PaddingModes mode, torch.Device? device, torch.ScalarType? dtype) : base(name)
    {
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException($"The numbers of channels must be multiples of the number of groups, here {inputs} in, {outputs} out and {groups} groups.", nameof(groups));
        if (paddingType == Padding.Same && stride.Any(s => s != 1))
            throw new ArgumentException($"Padding 'same' keeps the size, so it needs a stride of 1, not [{string.Join(", ", stride)}].", nameof(stride));
        (in_channels, out_channels, this.groups, kernel_size, this.stride, this.dilation) = (inputs, outputs, groups, kernel, stride, dilation);
        (this.padding, padding_type, padding_mode) = (padding, paddingType, mode);
        weight = new Parameter(torch.empty([outputs, inputs / groups, .. kernel], dtype, device));
        if (hasBias) bias = new Parameter(torch.empty(outputs, dtype, device));
        reset_parameters();
    }

    /// <summary>The number of input channels.</summary>
    public long in_channels { get; }

    /// <summary>The number of output channels.</summary>
    public long out_channels { get; }

    /// <summary>Blocks of channels convolved apart.</summary>
    public long groups { get; set; }

    /// <summary>The kernel's size in each dimension.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>The step between windows in each dimension.</summary>
    public long[] stride { get; set; }

    /// <summary>The step inside a window in each dimension.</summary>
    public long[] dilation { get; set; }

    /// <summary>The border's width in each dimension, or null where <see cref="padding_type"/> names it.</summary>
    public long[]? padding { get; }

    /// <summary>The border's width by name, or null.</summary>
    public Padding? padding_type { get; }

    /// <summary>What stands in the border.</summary>
    public PaddingModes padding_mode { get; set; }

    /// <summary>[out,in/groups,kernel…].</summary>
    public Parameter weight
    {
        get => currentWeight;
        set => Own(ref currentWeight!, value, nameof(weight));
    }

    /// <summary>[out], or null.</summary>
    public Parameter? bias
    {
        get => currentBias;
        set => Own(ref currentBias, value, nameof(bias));
    }

    /// <summary>Draws the parameters anew: uniform in ±1/√(in/groups·kernel), weight first, from the global generator as PyTorch does.</summary>
    public void reset_parameters() => torch.nn.init.DefaultWeightAndBias(weight, bias);

    /// <inheritdoc/>
    protected override void RegisterComponents() { }

    /// <summary>Border widths as <c>pad</c> takes them: last dimension first, before and after.</summary>
    private protected long[] BorderWidths()
    {
        if (padding is not null) return [.. padding.Reverse().SelectMany(p => new[] { p, p })];
        if (padding_type == Padding.Valid) return new long[2 * kernel_size.Length];
        return [.. Enumerable.Range(0, kernel_size.Length).Reverse().SelectMany(Halves)];

        long[] Halves(int dimension)
        {
            var total = dilation[dimension] * (kernel_size[dimension] - 1);
            return [total / 2, total - total / 2];
        }
    }
}
