namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>How a loss over elements becomes one tensor.</summary>
        public enum Reduction : long
        {
            /// <summary>Not at all: one value for each element.</summary>
            None = 0,
            /// <summary>Their mean, weighted where weights are given.</summary>
            Mean = 1,
            /// <summary>Their sum.</summary>
            Sum = 2,
        }

        public static partial class functional
        {
            /// <summary>−log softmax(input) at the target class.</summary>
            /// <param name="input">Logits [B,K] (or [B,K,…]).</param>
            /// <param name="target">Classes [B] int64 (or [B,…]), or probabilities of the input's shape.</param>
            /// <param name="weight">A weight for each class [K], or null for 1.</param>
            /// <param name="ignore_index">A class that counts for nothing.</param>
            /// <param name="reduction">None gives [B].</param>
            /// <param name="label_smoothing">In [0,1]: this share of the target is spread over all classes evenly.</param>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                Op.Call("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>−input at the target class.</summary>
            /// <param name="input">Log-probabilities [B,K] (or [B,K,…]).</param>
            /// <param name="target">Classes [B] int64 (or [B,…]).</param>
            /// <param name="weight">A weight for each class [K], or null for 1.</param>
            /// <param name="reduction">None gives [B].</param>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Op.Call("nll_loss_nd", input, target, weight, (long)reduction, -100);

            /// <summary>target·(log target − input), element by element: the Kullback–Leibler divergence of the input from the target.</summary>
            /// <param name="input">Log-probabilities, any shape.</param>
            /// <param name="target">Log-probabilities of the same shape, or probabilities.</param>
            /// <param name="log_target">Whether the target is given as logarithms (true here by default, false in PyTorch).</param>
            /// <param name="reduction">Mean is over all elements, so not divided by B alone.</param>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Op.Call("kl_div", input, target, (long)reduction, log_target);

            /// <summary>(input − target)², element by element.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="target">The same shape.</param>
            /// <param name="reduction">How to join the elements.</param>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Op.Call("mse_loss", input, target, (long)reduction);

            /// <summary>|input − target|, element by element.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="target">The same shape.</param>
            /// <param name="reduction">How to join the elements.</param>
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Op.Call("l1_loss", input, target, (long)reduction);

            /// <summary>Cross-entropy of two classes, element by element.</summary>
            /// <param name="input">Probabilities in [0,1], any shape.</param>
            /// <param name="target">In [0,1], the same shape.</param>
            /// <param name="weight">A weight for each element, or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Op.Call("binary_cross_entropy", input, target, weight, (long)reduction);

            /// <summary>Cross-entropy of two classes from logits, computed without overflow, element by element.</summary>
            /// <param name="input">Logits, any shape.</param>
            /// <param name="target">In [0,1], the same shape.</param>
            /// <param name="weight">A weight for each element, or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            /// <param name="pos_weights">A weight of the positive class, or null for 1.</param>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Op.Call("binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);
        }
    }
}
