using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>The largest value of each window, from [B,C,H,W] to [B,C,H',W'].</summary>
        public sealed class MaxPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal MaxPool2d(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil) : base(nameof(MaxPool2d)) =>
                (kernel_size, this.stride, this.padding, this.dilation, ceil_mode) = (kernel, stride ?? kernel, padding ?? [0, 0], dilation ?? [1, 1], ceil);

            /// <summary>The window's size.</summary>
            public long[] kernel_size { get; set; }

            /// <summary>The step between windows.</summary>
            public long[] stride { get; set; }

            /// <summary>The border's width.</summary>
            public long[] padding { get; set; }

            /// <summary>The step inside a window.</summary>
            public long[] dilation { get; set; }

            /// <summary>Whether a window that overhangs the end counts.</summary>
            public bool ceil_mode { get; set; }

            /// <summary>The maxima.</summary>
            /// <param name="input">[B,C,H,W].</param>
            public override torch.Tensor forward(torch.Tensor input) =>
                torch.nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

            /// <summary>The maxima and where in [H·W] they stand.</summary>
            /// <param name="input">[B,C,H,W].</param>
            public (torch.Tensor Values, torch.Tensor Indices) forward_with_indices(torch.Tensor input) =>
                torch.nn.functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>The largest value of each square window.</summary>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">−∞ added on both sides, by default none.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                new(functional.Both(kernel_size), functional.Both(stride), functional.Both(padding), functional.Both(dilation), ceil_mode);

            /// <summary>The largest value of each window.</summary>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">−∞ added on both sides, by default none.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            public static MaxPool2d MaxPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) =>
                new(functional.Both(kernel_size), functional.Both(stride), functional.Both(padding), functional.Both(dilation), ceil_mode);

            /// <inheritdoc cref="MaxPool2d(ValueTuple{long, long}, ValueTuple{long, long}?, ValueTuple{long, long}?, ValueTuple{long, long}?, bool)"/>
            public static MaxPool2d MaxPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                new(kernel_size, stride, padding, dilation, ceil_mode);
        }
    }
}
