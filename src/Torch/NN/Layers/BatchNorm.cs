using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Batch normalisation (Ioffe and Szegedy, 2015, arXiv 1502.03167).</summary>
        public abstract class BatchNorm : NormBase
        {
            private protected BatchNorm(long features, double eps, double momentum, bool affine, bool trackStatistics, torch.Device? device, torch.ScalarType? dtype, string name)
                : base(features, eps, momentum, affine, trackStatistics, device, dtype, name) { }

            /// <summary>Normalises with the batch's moments in training mode, with the running ones otherwise.</summary>
            /// <param name="input">[B,C] or [B,C,…].</param>
            /// <returns>The input's shape.</returns>
            public override torch.Tensor forward(torch.Tensor input) => Normalise(input);
        }

        /// <summary>Batch normalisation of [B,C] or [B,C,L].</summary>
        public sealed class BatchNorm1d : BatchNorm
        {
            internal BatchNorm1d(long features, double eps, double momentum, bool affine, bool trackStatistics, torch.Device? device, torch.ScalarType? dtype)
                : base(features, eps, momentum, affine, trackStatistics, device, dtype, nameof(BatchNorm1d)) { }

            /// <inheritdoc/>
            protected override void ValidateInputDimensions(torch.Tensor input)
            {
                if (input.dim() is not (2 or 3)) throw new ArgumentException($"Expected [B,{num_features}] or [B,{num_features},L], got [{string.Join(", ", input.shape)}].", nameof(input));
            }
        }

        /// <summary>Batch normalisation of [B,C,H,W].</summary>
        public sealed class BatchNorm2d : BatchNorm
        {
            internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool trackStatistics, torch.Device? device, torch.ScalarType? dtype)
                : base(features, eps, momentum, affine, trackStatistics, device, dtype, nameof(BatchNorm2d)) { }

            /// <inheritdoc/>
            protected override void ValidateInputDimensions(torch.Tensor input)
            {
                if (input.dim() != 4) throw new ArgumentException($"Expected [B,{num_features},H,W], got [{string.Join(", ", input.shape)}].", nameof(input));
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Batch normalisation of [B,C] or [B,C,L].</summary>
            /// <param name="num_features">C.</param>
            /// <param name="eps">Added to the variance.</param>
            /// <param name="momentum">The share of the newest batch in the running moments.</param>
            /// <param name="affine">Whether there are a weight and a bias.</param>
            /// <param name="track_running_stats">Whether running moments are kept.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static BatchNorm1d BatchNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            /// <summary>Batch normalisation of [B,C,H,W].</summary>
            /// <param name="num_features">C.</param>
            /// <param name="eps">Added to the variance.</param>
            /// <param name="momentum">The share of the newest batch in the running moments.</param>
            /// <param name="affine">Whether there are a weight and a bias.</param>
            /// <param name="track_running_stats">Whether running moments are kept.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static BatchNorm2d BatchNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
