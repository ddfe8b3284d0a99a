using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>The mean of each window, from [B,C,H,W] to [B,C,H',W'].</summary>
        public sealed class AvgPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal AvgPool2d(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countPadding, long? divisor) : base(nameof(AvgPool2d)) =>
                (kernel_size, this.stride, this.padding, ceil_mode, count_include_pad, divisor_override) = (kernel, stride ?? kernel, padding ?? [0, 0], ceil, countPadding, divisor);

            /// <summary>The window's size.</summary>
            public long[] kernel_size { get; set; }

            /// <summary>The step between windows.</summary>
            public long[] stride { get; set; }

            /// <summary>The border's width.</summary>
            public long[] padding { get; set; }

            /// <summary>Whether a window that overhangs the end counts.</summary>
            public bool ceil_mode { get; set; }

            /// <summary>Whether the padding counts as elements.</summary>
            public bool count_include_pad { get; set; }

            /// <summary>Divide by this instead of the number of elements; null: do not.</summary>
            public long? divisor_override { get; set; }

            /// <summary>The means.</summary>
            /// <param name="input">[B,C,H,W].</param>
            public override torch.Tensor forward(torch.Tensor input) =>
                torch.nn.functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
        }

        /// <summary>Means over as many windows as the output has elements, from [B,C,H,W] to [B,C,output_size].</summary>
        public sealed class AdaptiveAvgPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal AdaptiveAvgPool2d(long[] outputSize) : base(nameof(AdaptiveAvgPool2d)) => output_size = outputSize;

            /// <summary>Height and width of the output.</summary>
            public long[] output_size { get; set; }

            /// <summary>The means.</summary>
            /// <param name="input">[B,C,H,W].</param>
            public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.adaptive_avg_pool2d(input, output_size);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>The mean of each square window.</summary>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">Zeros added on both sides, by default none.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            /// <param name="count_include_pad">Whether the padding counts as elements.</param>
            /// <param name="divisor_override">Divide by this instead of the number of elements.</param>
            public static AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                new(functional.Both(kernel_size), functional.Both(stride), functional.Both(padding), ceil_mode, count_include_pad, divisor_override);

            /// <summary>The mean of each window.</summary>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">Zeros added on both sides, by default none.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            /// <param name="count_include_pad">Whether the padding counts as elements.</param>
            /// <param name="divisor_override">Divide by this instead of the number of elements.</param>
            public static AvgPool2d AvgPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                new(functional.Both(kernel_size), functional.Both(stride), functional.Both(padding), ceil_mode, count_include_pad, divisor_override);

            /// <inheritdoc cref="AvgPool2d(ValueTuple{long, long}, ValueTuple{long, long}?, ValueTuple{long, long}?, bool, bool, long?)"/>
            public static AvgPool2d AvgPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                new(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

            /// <summary>Means over as many windows as the output has elements.</summary>
            /// <param name="output_size">Height and width of the output.</param>
            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new(functional.Both(output_size));

            /// <inheritdoc cref="AdaptiveAvgPool2d(long)"/>
            public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) output_size) => new(functional.Both(output_size));

            /// <inheritdoc cref="AdaptiveAvgPool2d(long)"/>
            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);
        }
    }
}
