namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Layers as plain functions, without state of their own: PyTorch's <c>torch.nn.functional</c>.</summary>
        public static partial class functional
        {
            /// <summary>max(x, 0), element by element.</summary>
            /// <param name="x">Any shape.</param>
            /// <param name="inplace">Overwrite <paramref name="x"/>.</param>
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Op.InPlace("relu_", x).alias() : Op.Call("relu", x);

            /// <summary>x where it is positive, <paramref name="negative_slope"/>·x elsewhere.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="negative_slope">The slope below 0.</param>
            /// <param name="inplace">Overwrite <paramref name="input"/>.</param>
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                inplace ? Op.InPlace("leaky_relu_", input, negative_slope).alias() : Op.Call("leaky_relu", input, negative_slope);

            /// <summary>1 / (1 + e^−x), element by element.</summary>
            /// <param name="x">Any shape.</param>
            public static Tensor sigmoid(Tensor x) => Op.Call("sigmoid", x);

            /// <summary>1 / (1 + e^−x), element by element.</summary>
            /// <param name="x">Any shape.</param>
            /// <param name="inplace">Overwrite <paramref name="x"/>.</param>
            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? Op.InPlace("sigmoid_", x).alias() : Op.Call("sigmoid", x);

            /// <summary>The hyperbolic tangent, element by element.</summary>
            /// <param name="x">Any shape.</param>
            /// <param name="inplace">Overwrite <paramref name="x"/>.</param>
            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? Op.InPlace("tanh_", x).alias() : Op.Call("tanh", x);

            /// <summary>x·sigmoid(x), element by element.</summary>
            /// <param name="x">Any shape.</param>
            /// <param name="inplace">Overwrite <paramref name="x"/>.</param>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Op.InPlace("silu_", x).alias() : Op.Call("silu", x);

            /// <summary>x·Φ(x), Φ the distribution function of the standard normal, element by element.</summary>
            /// <param name="x">Any shape.</param>
            public static Tensor gelu(Tensor x) => Op.Call("gelu", x);

            /// <summary>log(1 + e^(β·x)) / β, element by element; x itself where β·x exceeds the threshold.</summary>
            /// <param name="x">Any shape.</param>
            /// <param name="beta">β.</param>
            /// <param name="threshold">Where to switch to the identity, which is equal there to float precision.</param>
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Op.Call("softplus", x, beta, threshold);

            /// <summary>e^x divided by its sum along a dimension: positive numbers that sum to 1.</summary>
            /// <param name="input">Any shape, for instance logits [B,K].</param>
            /// <param name="dim">The dimension that sums to 1.</param>
            /// <param name="dtype">Convert to this type first.</param>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Op.Call("softmax.int", input, dim, dtype);

            /// <summary>The logarithm of softmax, computed without overflow.</summary>
            /// <param name="x">Any shape, for instance logits [B,K].</param>
            /// <param name="dim">The dimension whose exponentials sum to 1.</param>
            public static Tensor log_softmax(Tensor x, long dim) => Op.Call("log_softmax.int", x, dim);
        }
    }
}
