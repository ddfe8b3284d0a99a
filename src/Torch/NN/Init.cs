namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Filling tensors in place, without recording gradients: PyTorch's <c>torch.nn.init</c>.</summary>
        public static partial class init
        {
            /// <summary>The nonlinearity a layer feeds, which decides how large its weights should start.</summary>
            public enum NonlinearityType
            {
                /// <summary>None.</summary>
                Linear = 0,
                /// <summary>None, after a 1-D convolution.</summary>
                Conv1D = 1,
                /// <summary>None, after a 2-D convolution.</summary>
                Conv2D = 2,
                /// <summary>None, after a 3-D convolution.</summary>
                Conv3D = 3,
                /// <summary>None, after a transposed 1-D convolution.</summary>
                ConvTranspose1D = 4,
                /// <summary>None, after a transposed 2-D convolution.</summary>
                ConvTranspose2D = 5,
                /// <summary>None, after a transposed 3-D convolution.</summary>
                ConvTranspose3D = 6,
                /// <summary>The sigmoid.</summary>
                Sigmoid = 7,
                /// <summary>The hyperbolic tangent.</summary>
                Tanh = 8,
                /// <summary>max(x, 0).</summary>
                ReLU = 9,
                /// <summary>max(x, 0) with a slope below 0.</summary>
                LeakyReLU = 10,
            }

            /// <summary>Which variance Kaiming initialisation keeps.</summary>
            public enum FanInOut
            {
                /// <summary>That of the activations, forwards.</summary>
                FanIn = 0,
                /// <summary>That of the gradients, backwards.</summary>
                FanOut = 1,
            }

            /// <summary>The factor by which a nonlinearity shrinks the standard deviation, to be made up for by the weights.</summary>
            /// <param name="nonlinearity">The nonlinearity.</param>
            /// <param name="param">The slope below 0 of LeakyReLU.</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + param * param)),
                _ => 1,
            };

            /// <summary>How many inputs each output has, and the reverse.</summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <exception cref="ArgumentException">Fewer than 2 dimensions.</exception>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException($"Fan in and fan out need weights [out,in,…], got [{string.Join(", ", shape)}].", nameof(tensor));
                var field = shape.Skip(2).Aggregate(1L, (product, size) => product * size);
                return (shape[1] * field, shape[0] * field);
            }

            /// <summary>Fills with 0.</summary>
            /// <param name="tensor">Any shape.</param>
            public static Tensor zeros_(Tensor tensor) => Filled(tensor, t => t.zero_());

            /// <summary>Fills with 1.</summary>
            /// <param name="tensor">Any shape.</param>
            public static Tensor ones_(Tensor tensor) => Filled(tensor, t => t.fill_(1));

            /// <summary>Fills with one value.</summary>
            /// <param name="tensor">Any shape.</param>
            /// <param name="val">The value.</param>
            public static Tensor constant_(Tensor tensor, Scalar val) => Filled(tensor, t => t.fill_(val));

            /// <summary>Draws from the uniform distribution over [low, high).</summary>
            /// <param name="tensor">Any shape.</param>
            /// <param name="low">The lower end.</param>
            /// <param name="high">The upper end.</param>
            /// <param name="generator">By default the global one.</param>
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) =>
                Filled(tensor, t => Op.InPlace("uniform_", t, low, high, generator));

            /// <summary>Draws from a normal distribution.</summary>
            /// <param name="tensor">Any shape.</param>
            /// <param name="mean">Its mean.</param>
            /// <param name="std">Its standard deviation.</param>
            /// <param name="generator">By default the global one.</param>
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) =>
                Filled(tensor, t => Op.InPlace("normal_", t, mean, std, generator));

            /// <summary>
            /// Uniform in ±gain·√(3/fan): ReLU networks keep their variance from layer to layer
            /// (He et al., 2015, arXiv 1502.01852, equation 10).
            /// </summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <param name="a">The slope below 0 of the LeakyReLU that follows.</param>
            /// <param name="mode">Which variance to keep.</param>
            /// <param name="nonlinearity">What follows.</param>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>
            /// Normal with mean 0 and standard deviation gain/√fan: ReLU networks keep their variance from layer to layer
            /// (He et al., 2015, arXiv 1502.01852, equation 10).
            /// </summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <param name="a">The slope below 0 of the LeakyReLU that follows.</param>
            /// <param name="mode">Which variance to keep.</param>
            /// <param name="nonlinearity">What follows.</param>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity));

            /// <summary>Uniform in ±gain·√(6/(fanIn + fanOut)) (Glorot and Bengio, 2010, equation 16).</summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <param name="gain">A factor.</param>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1)
            {
                var bound = Math.Sqrt(3) * XavierDeviation(tensor, gain);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>Normal with mean 0 and standard deviation gain·√(2/(fanIn + fanOut)) (Glorot and Bengio, 2010).</summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <param name="gain">A factor.</param>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1) => normal_(tensor, 0, XavierDeviation(tensor, gain));

            /// <summary>The same as <see cref="xavier_uniform_"/>.</summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <param name="gain">A factor.</param>
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1) => xavier_uniform_(tensor, gain);

            /// <summary>The same as <see cref="xavier_normal_"/>.</summary>
            /// <param name="tensor">Weights [out,in,kernel…].</param>
            /// <param name="gain">A factor.</param>
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1) => xavier_normal_(tensor, gain);

            /// <summary>How PyTorch starts linear and convolution layers: both uniform in ±1/√fanIn, weight first.</summary>
            internal static void DefaultWeightAndBias(Tensor weight, Tensor? bias)
            {
                kaiming_uniform_(weight, Math.Sqrt(5));
                if (bias is null) return;
                var (fanIn, _) = CalculateFanInAndFanOut(weight);
                var bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
                uniform_(bias, -bound, bound);
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static double XavierDeviation(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static Tensor Filled(Tensor tensor, Func<Tensor, Tensor> fill)
            {
                using var frozen = no_grad();
                fill(tensor);
                return tensor;
            }
        }
    }
}
