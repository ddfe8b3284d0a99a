using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A loss of a prediction and a target.</summary>
        public abstract class Loss<T1, T2, TResult> : torch.nn.Module<T1, T2, TResult>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="reduction">How to join the elements.</param>
            public Loss(Reduction reduction = Reduction.Mean) : base(string.Empty) => this.reduction = reduction;

            /// <summary>How the elements are joined.</summary>
            public Reduction reduction { get; }
        }

        /// <summary>A loss whose elements or classes have weights.</summary>
        public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="weight">The weights, or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            public WeightedLoss(torch.Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(reduction) => this.weight = weight;

            /// <summary>The weights, or null for 1.</summary>
            public torch.Tensor? weight { get; }
        }

        /// <summary>−log softmax(input) at the target class.</summary>
        public sealed class CrossEntropyLoss : WeightedLoss<torch.Tensor, torch.Tensor, torch.Tensor>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="weight">A weight for each class [K], or null for 1.</param>
            /// <param name="ignore_index">A class that counts for nothing, by default −100.</param>
            /// <param name="reduction">How to join the elements.</param>
            /// <param name="label_smoothing">In [0,1]: this share of the target is spread over all classes evenly.</param>
            public CrossEntropyLoss(torch.Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean, double label_smoothing = 0) : base(weight, reduction) =>
                (this.ignore_index, this.label_smoothing) = (ignore_index, label_smoothing);

            /// <summary>A class that counts for nothing; null: −100.</summary>
            public long? ignore_index { get; }

            /// <summary>The share of the target that is spread over all classes.</summary>
            public double label_smoothing { get; }

            /// <summary>The loss.</summary>
            /// <param name="input">Logits [B,K].</param>
            /// <param name="target">Classes [B] int64, or probabilities [B,K].</param>
            public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
                functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
        }

        /// <summary>−input at the target class.</summary>
        public sealed class NLLLoss : WeightedLoss<torch.Tensor, torch.Tensor, torch.Tensor>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="weight">A weight for each class [K], or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            public NLLLoss(torch.Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction) { }

            /// <summary>The loss.</summary>
            /// <param name="input">Log-probabilities [B,K].</param>
            /// <param name="target">Classes [B] int64.</param>
            public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) => functional.nll_loss(input, target, weight, reduction);
        }

        /// <summary>(input − target)².</summary>
        public sealed class MSELoss : Loss<torch.Tensor, torch.Tensor, torch.Tensor>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="reduction">How to join the elements.</param>
            public MSELoss(Reduction reduction = Reduction.Mean) : base(reduction) { }

            /// <summary>The loss.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="target">The same shape.</param>
            public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) => functional.mse_loss(input, target, reduction);
        }

        /// <summary>The Kullback–Leibler divergence of the input from the target.</summary>
        public sealed class KLDivLoss : Loss<torch.Tensor, torch.Tensor, torch.Tensor>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="log_target">Whether the target is given as logarithms (true here by default, false in PyTorch).</param>
            /// <param name="reduction">How to join the elements.</param>
            public KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) : base(reduction) => this.log_target = log_target;

            /// <summary>Whether the target is given as logarithms.</summary>
            public bool log_target { get; }

            /// <summary>The loss.</summary>
            /// <param name="input">Log-probabilities, any shape.</param>
            /// <param name="target">Log-probabilities of the same shape, or probabilities.</param>
            public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) => functional.kl_div(input, target, log_target, reduction);
        }

        /// <summary>Cross-entropy of two classes from logits.</summary>
        public sealed class BCEWithLogitsLoss : WeightedLoss<torch.Tensor, torch.Tensor, torch.Tensor>
        {
            /// <summary>Makes a loss.</summary>
            /// <param name="weight">A weight for each element, or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            /// <param name="pos_weights">A weight of the positive class, or null for 1.</param>
            public BCEWithLogitsLoss(torch.Tensor? weight = null, Reduction reduction = Reduction.Mean, torch.Tensor? pos_weights = null) : base(weight, reduction) =>
                this.pos_weights = pos_weights;

            /// <summary>A weight of the positive class, or null for 1.</summary>
            public torch.Tensor? pos_weights { get; }

            /// <summary>The loss.</summary>
            /// <param name="input">Logits, any shape.</param>
            /// <param name="target">In [0,1], the same shape.</param>
            public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
                functional.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weights);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>−log softmax(input) at the target class.</summary>
            /// <param name="weight">A weight for each class [K], or null for 1.</param>
            /// <param name="ignore_index">A class that counts for nothing, by default −100.</param>
            /// <param name="reduction">How to join the elements.</param>
            public static CrossEntropyLoss CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean) => new(weight, ignore_index, reduction);

            /// <summary>−input at the target class.</summary>
            /// <param name="weight">A weight for each class [K], or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            public static NLLLoss NLLLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) => new(weight, reduction);

            /// <summary>(input − target)².</summary>
            /// <param name="reduction">How to join the elements.</param>
            public static MSELoss MSELoss(Reduction reduction = Reduction.Mean) => new(reduction);

            /// <summary>The Kullback–Leibler divergence of the input from the target.</summary>
            /// <param name="log_target">Whether the target is given as logarithms (true here by default, false in PyTorch).</param>
            /// <param name="reduction">How to join the elements.</param>
            public static KLDivLoss KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) => new(log_target, reduction);

            /// <summary>Cross-entropy of two classes from logits.</summary>
            /// <param name="weight">A weight for each element, or null for 1.</param>
            /// <param name="reduction">How to join the elements.</param>
            /// <param name="pos_weights">A weight of the positive class, or null for 1.</param>
            public static BCEWithLogitsLoss BCEWithLogitsLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) => new(weight, reduction, pos_weights);
        }
    }
}
