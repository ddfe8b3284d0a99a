namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// Batch normalisation: (x − μ) / √(σ² + ε) · weight + bias per channel, with μ and σ² of the batch in training
            /// and the running ones otherwise (Ioffe and Szegedy, 2015, arXiv 1502.03167).
            /// </summary>
            /// <param name="input">[B,C] or [B,C,…].</param>
            /// <param name="running_mean">[C], updated in training; null: always use the batch.</param>
            /// <param name="running_var">[C], updated in training with the unbiased variance; null: always use the batch.</param>
            /// <param name="weight">[C], or null for 1.</param>
            /// <param name="bias">[C], or null for 0.</param>
            /// <param name="training">Use and record the batch's moments.</param>
            /// <param name="momentum">The share of the batch in the running moments.</param>
            /// <param name="eps">ε.</param>
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-5) =>
                Op.Call("batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, true);
        }
    }
}
