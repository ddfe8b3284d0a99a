namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>x where positive, slope times x elsewhere.</summary>
        public Tensor leaky_relu(Scalar negative_slope) => Op.Call("leaky_relu", this, negative_slope);

        /// <summary>In place: x where positive, slope times x elsewhere.</summary>
        public Tensor leaky_relu_(Scalar negative_slope) => Op.InPlace("leaky_relu_", this, negative_slope);

        /// <summary>x where positive, alpha · (e^x − 1) elsewhere.</summary>
        public Tensor elu(double alpha = 1) => Op.Call("elu", this, alpha);

        /// <summary>In place: x where positive, alpha · (e^x − 1) elsewhere.</summary>
        public Tensor elu_(double alpha = 1) => Op.InPlace("elu_", this, alpha);

        /// <summary>x times the probability that a standard normal number lies below x.</summary>
        public Tensor gelu() => Op.Call("gelu", this);

        /// <summary>log(1 + e^(beta · x)) / beta; x itself above the threshold.</summary>
        public Tensor softplus(double beta = 1, double threshold = 20) => Op.Call("softplus", this, beta, threshold);

        /// <summary>Every element brought into [min, max].</summary>
        public Tensor hardtanh(Scalar min, Scalar max) => Op.Call("hardtanh", this, min, max);

        /// <summary>In place: every element brought into [min, max].</summary>
        public Tensor hardtanh_(Scalar min, Scalar max) => Op.InPlace("hardtanh_", this, min, max);
    }
}
