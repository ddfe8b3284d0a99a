using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>x·Wᵀ + b, from […,in] to […,out].</summary>
        public sealed class Linear : torch.nn.Module<torch.Tensor, torch.Tensor>
        {
            private Parameter? currentBias;
            private Parameter currentWeight = null!;

            internal Linear(long inputs, long outputs, bool hasBias, torch.Device? device, torch.ScalarType? dtype) : base(nameof(Linear))
            {
                (in_features, out_features) = (inputs, outputs);
                weight = new Parameter(torch.empty(outputs, inputs, dtype, device));
                if (hasBias) bias = new Parameter(torch.empty(outputs, dtype, device));
                torch.nn.init.DefaultWeightAndBias(weight, bias);
            }

            internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
            {
                (in_features, out_features) = (weight.shape[1], weight.shape[0]);
                (this.weight, this.bias) = (weight, bias);
            }

            /// <summary>The number of inputs.</summary>
            public long in_features { get; set; }

            /// <summary>The number of outputs.</summary>
            public long out_features { get; set; }

            /// <summary>W, [out,in].</summary>
            public Parameter weight
            {
                get => currentWeight;
                set => Own(ref currentWeight!, value, nameof(weight));
            }

            /// <summary>b, [out], or null.</summary>
            public Parameter? bias
            {
                get => currentBias;
                set => Own(ref currentBias, value, nameof(bias));
            }

            /// <inheritdoc/>
            protected override void RegisterComponents() { }

            /// <summary>x·Wᵀ + b.</summary>
            /// <param name="tensor">[…,in].</param>
            /// <returns>[…,out].</returns>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.linear(tensor, weight, bias);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>x·Wᵀ + b; W and b start uniform in ±1/√in, drawn in this order from the global generator as PyTorch does.</summary>
            /// <param name="inputSize">in.</param>
            /// <param name="outputSize">out.</param>
            /// <param name="hasBias">Whether there is a b.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);

            /// <summary>x·Wᵀ + b with given parameters, which the layer takes over.</summary>
            /// <param name="weight">W, [out,in].</param>
            /// <param name="bias">b, [out], or null.</param>
            public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);
        }
    }
}
