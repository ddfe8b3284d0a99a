namespace TorchSharp;

/// <summary>What stands outside an image's border.</summary>
public enum PaddingModes
{
    /// <summary>Zeros.</summary>
    Zeros = 0,
    /// <summary>The image mirrored at its border, the border itself not repeated.</summary>
    Reflect = 1,
    /// <summary>The border's value.</summary>
    Replicate = 2,
    /// <summary>The image again from its other side.</summary>
    Circular = 3,
    /// <summary>One given value.</summary>
    Constant = 4,
}

/// <summary>Padding by name.</summary>
public enum Padding
{
    /// <summary>None.</summary>
    Valid = 0,
    /// <summary>So much that the size stays.</summary>
    Same = 1,
}

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Adds a border.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">Widths for the last dimension (before, after), then for the one before it, and so on.</param>
            /// <param name="mode">What stands there.</param>
            /// <param name="value">The value of <see cref="PaddingModes.Constant"/>.</param>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => mode switch
            {
                PaddingModes.Reflect => Op.Call("pad", input, pad, "reflect"),
                PaddingModes.Replicate => Op.Call("pad", input, pad, "replicate"),
                PaddingModes.Circular => Op.Call("pad", input, pad, "circular"),
                PaddingModes.Zeros => Op.Call("pad", input, pad, "constant", 0.0),
                _ => Op.Call("pad", input, pad, "constant", value),
            };

            /// <inheritdoc cref="pad(Tensor, long[], PaddingModes, double)"/>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            /// <inheritdoc cref="pad(Tensor, long[], PaddingModes, double)"/>
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            /// <inheritdoc cref="pad(Tensor, long[], PaddingModes, double)"/>
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>A row of zeros with a single 1 for each class.</summary>
            /// <param name="x">Classes, int64, any shape.</param>
            /// <param name="num_classes">K; −1: the largest class plus 1.</param>
            /// <returns>int64, the shape of <paramref name="x"/> with [K] behind it.</returns>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Op.Call("one_hot", x, num_classes);

            /// <summary>x₁·x₂ / (‖x₁‖‖x₂‖) along a dimension.</summary>
            /// <param name="x1">Any shape.</param>
            /// <param name="x2">The same shape, or one that broadcasts to it.</param>
            /// <param name="dim">The dimension that vanishes.</param>
            /// <param name="eps">The least product of norms to divide by.</param>
            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) => Op.Call("cosine_similarity", x1, x2, dim, eps);
        }
    }
}
