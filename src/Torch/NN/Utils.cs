using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Work on all parameters of a network together: PyTorch's <c>torch.nn.utils</c>.</summary>
        public static partial class utils
        {
            /// <summary>Scales all gradients down together where the norm of all their elements exceeds a limit (Pascanu et al., 2013, arXiv 1211.5063).</summary>
            /// <param name="tensors">Parameters; those without gradient are left out.</param>
            /// <param name="max_norm">The limit.</param>
            /// <param name="norm_type">Which norm; infinity is the largest magnitude.</param>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var frozen = no_grad();
                using var scope = NewDisposeScope();
                var gradients = tensors.Select(Gradients.Of).OfType<Tensor>().ToList();
                if (gradients.Count == 0) return 0;
                var norms = gradients.Select(g => Op.Call("linalg_vector_norm", g, norm_type)).ToArray();
                var total = Op.Call("linalg_vector_norm", stack(norms), norm_type).ToDouble();
                var factor = max_norm / (total + 1e-6);
                if (factor < 1) foreach (var gradient in gradients) gradient.mul_(factor);
                return total;
            }

            /// <summary>Clips each element of the gradients to [−clip_value, clip_value].</summary>
            /// <param name="tensors">Parameters; those without gradient are left out.</param>
            /// <param name="clip_value">The limit, positive.</param>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var frozen = no_grad();
                using var scope = NewDisposeScope();
                foreach (var gradient in tensors.Select(Gradients.Of).OfType<Tensor>()) Op.InPlace("clamp_", gradient, -clip_value, clip_value);
            }

            /// <summary>All parameters behind one another.</summary>
            /// <param name="tensors">The parameters.</param>
            /// <returns>One dimension, as many elements as the parameters have together; gradients flow back.</returns>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                return cat([.. tensors.Select(p => p.reshape(-1))], 0).MoveToOuterDisposeScope();
            }

            /// <summary>Copies a vector's elements into the parameters, one after the other.</summary>
            /// <param name="vec">One dimension, as many elements as the parameters have together.</param>
            /// <param name="tensors">The parameters.</param>
            /// <exception cref="ArgumentException">Another number of elements.</exception>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var frozen = no_grad();
                using var scope = NewDisposeScope();
                var targets = tensors.ToList();
                var total = targets.Sum(p => p.numel());
                if (vec.dim() != 1 || vec.numel() != total) throw new ArgumentException($"Expected a vector of {total} elements, got [{string.Join(", ", vec.shape)}].", nameof(vec));
                var start = 0L;
                foreach (var parameter in targets)
                {
                    parameter.copy_(vec.narrow(0, start, parameter.numel()).view_as(parameter));
                    start += parameter.numel();
                }
            }
        }
    }
}
