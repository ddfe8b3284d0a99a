using static TorchSharp.torch;

namespace Adr.Losses;

/// <summary>Shape checks of the loss terms: they look at sizes only, so they cost nothing on a device.</summary>
internal static class LossInput
{
    internal static void SameMatrices(Tensor clean, Tensor adversarial, string what)
    {
        ArgumentNullException.ThrowIfNull(clean);
        Matrix(adversarial, what);
        if (!clean.shape.SequenceEqual(adversarial.shape))
            throw new ArgumentException($"The {what} of x and x' must have one shape, but are {Shape(clean)} and {Shape(adversarial)}.");
    }

    internal static void Matrix(Tensor values, string what)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.shape.Length != 2 || values.numel() == 0)
            throw new ArgumentException($"The {what} must be a matrix [B,K] with B, K ≥ 1, but the shape is {Shape(values)}. Flatten a latent first.");
    }

    internal static void Labels(Tensor labels, long points)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.dtype != ScalarType.Int64 || labels.shape.Length != 1 || labels.shape[0] != points)
            throw new ArgumentException($"The labels must be int64 [{points}], but are {labels.dtype} {Shape(labels)}.", nameof(labels));
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(",", tensor.shape)}]";
}
