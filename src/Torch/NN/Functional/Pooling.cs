namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>The largest value of each window.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">−∞ added on both sides, by default none.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Both(kernel_size), Both(stride), Both(padding), Both(dilation), ceil_mode);

            /// <inheritdoc cref="max_pool2d(Tensor, long, long?, long?, long?, bool)"/>
            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Both(kernel_size), Both(stride), Both(padding), Both(dilation), ceil_mode);

            /// <summary>The largest value of each window.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="strides">Step between windows, by default their size.</param>
            /// <param name="padding">−∞ added on both sides, by default none.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Op.Call("max_pool2d", input, kernel_size, strides ?? kernel_size, padding ?? [0, 0], dilation ?? [1, 1], ceil_mode);

            /// <summary>The largest value of each window and where in [H·W] it stands.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="strides">Step between windows, by default their size.</param>
            /// <param name="padding">−∞ added on both sides, by default none.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            public static (Tensor output, Tensor indices) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Op.Call2("max_pool2d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? [0, 0], dilation ?? [1, 1], ceil_mode);

            /// <summary>The mean of each window.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">Zeros added on both sides.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            /// <param name="count_include_pad">Whether the padding counts as elements.</param>
            /// <param name="divisor_override">Divide by this instead of the number of elements.</param>
            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Both(kernel_size), Both(stride), Both(padding), ceil_mode, count_include_pad, divisor_override);

            /// <summary>The mean of each window.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="kernel_size">Height and width of the window.</param>
            /// <param name="stride">Step between windows, by default their size.</param>
            /// <param name="padding">Zeros added on both sides, by default none.</param>
            /// <param name="ceil_mode">Whether a window that overhangs the end counts.</param>
            /// <param name="count_include_pad">Whether the padding counts as elements.</param>
            /// <param name="divisor_override">Divide by this instead of the number of elements.</param>
            public static Tensor avg_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Both(kernel_size), Both(stride), Both(padding), ceil_mode, count_include_pad, divisor_override);

            /// <inheritdoc cref="avg_pool2d(Tensor, ValueTuple{long, long}, ValueTuple{long, long}?, ValueTuple{long, long}?, bool, bool, long?)"/>
            public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Op.Call("avg_pool2d", input, kernel_size, stride ?? kernel_size, padding ?? [0, 0], ceil_mode, count_include_pad, divisor_override);

            /// <summary>Means over as many windows as the output has elements.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="output_size">Height and width of the output.</param>
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, Both(output_size));

            /// <inheritdoc cref="adaptive_avg_pool2d(Tensor, long)"/>
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Both(output_size));

            /// <inheritdoc cref="adaptive_avg_pool2d(Tensor, long)"/>
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Op.Call("adaptive_avg_pool2d", input, output_size);

            internal static long[] Both(long size) => [size, size];

            internal static long[]? Both(long? size) => size is { } s ? [s, s] : null;

            internal static long[] Both((long, long) size) => [size.Item1, size.Item2];

            internal static long[]? Both((long, long)? size) => size is { } s ? [s.Item1, s.Item2] : null;
        }
    }
}
