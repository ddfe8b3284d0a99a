using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>max(x, 0).</summary>
        public sealed class ReLU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>max(x, 0), element by element.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.relu(tensor, inplace);
        }

        /// <summary>x where it is positive, slope·x elsewhere.</summary>
        public sealed class LeakyReLU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal LeakyReLU(double slope, bool inplace) : base(nameof(LeakyReLU)) => (negative_slope, this.inplace) = (slope, inplace);

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>The slope below 0.</summary>
            public double negative_slope { get; set; }

            /// <summary>x or slope·x, element by element.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.leaky_relu(tensor, negative_slope, inplace);
        }

        /// <summary>1 / (1 + e^−x).</summary>
        public sealed class Sigmoid : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Sigmoid(bool inplace) : base(nameof(Sigmoid)) => this.inplace = inplace;

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>1 / (1 + e^−x), element by element.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.sigmoid(tensor, inplace);
        }

        /// <summary>The hyperbolic tangent.</summary>
        public sealed class Tanh : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Tanh(bool inplace) : base(nameof(Tanh)) => this.inplace = inplace;

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>The hyperbolic tangent, element by element.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.tanh(tensor, inplace);
        }

        /// <summary>x·sigmoid(x).</summary>
        public sealed class SiLU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal SiLU(bool inplace) : base(nameof(SiLU)) => this.inplace = inplace;

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>x·sigmoid(x), element by element.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.silu(tensor, inplace);
        }

        /// <summary>x·Φ(x), Φ the distribution function of the standard normal.</summary>
        public sealed class GELU : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal GELU() : base(nameof(GELU)) { }

            /// <summary>x·Φ(x), element by element.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.gelu(tensor);
        }

        /// <summary>e^x divided by its sum along a dimension.</summary>
        public sealed class Softmax : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Softmax(long dim) : base(nameof(Softmax)) => this.dim = dim;

            /// <summary>The dimension that sums to 1.</summary>
            public long dim { get; set; }

            /// <summary>Positive numbers that sum to 1 along the dimension.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.softmax(tensor, dim);
        }

        /// <summary>The logarithm of softmax.</summary>
        public sealed class LogSoftmax : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal LogSoftmax(long dim) : base(nameof(LogSoftmax)) => this.dim = dim;

            /// <summary>The dimension whose exponentials sum to 1.</summary>
            public long dim { get; set; }

            /// <summary>The logarithm of softmax along the dimension.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.log_softmax(tensor, dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>max(x, 0).</summary>
            /// <param name="inplace">Overwrite the input.</param>
            public static ReLU ReLU(bool inplace = false) => new(inplace);

            /// <summary>x where it is positive, slope·x elsewhere.</summary>
            /// <param name="negative_slope">The slope below 0.</param>
            /// <param name="inplace">Overwrite the input.</param>
            public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);

            /// <summary>1 / (1 + e^−x).</summary>
            public static Sigmoid Sigmoid() => new(false);

            /// <summary>1 / (1 + e^−x).</summary>
            /// <param name="inplace">Overwrite the input.</param>
            public static Sigmoid Sigmoid(bool inplace) => new(inplace);

            /// <summary>The hyperbolic tangent.</summary>
            public static Tanh Tanh() => new(false);

            /// <summary>The hyperbolic tangent.</summary>
            /// <param name="inplace">Overwrite the input.</param>
            public static Tanh Tanh(bool inplace = false) => new(inplace);

            /// <summary>x·sigmoid(x).</summary>
            public static SiLU SiLU() => new(false);

            /// <summary>x·sigmoid(x).</summary>
            /// <param name="inplace">Overwrite the input.</param>
            public static SiLU SiLU(bool inplace) => new(inplace);

            /// <summary>x·Φ(x), Φ the distribution function of the standard normal.</summary>
            public static GELU GELU() => new();

            /// <summary>e^x divided by its sum along a dimension.</summary>
            /// <param name="dim">The dimension that sums to 1.</param>
            public static Softmax Softmax(long dim) => new(dim);

            /// <summary>The logarithm of softmax.</summary>
            /// <param name="dim">The dimension whose exponentials sum to 1.</param>
            public static LogSoftmax LogSoftmax(long dim) => new(dim);
        }
    }
}
