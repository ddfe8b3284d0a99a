using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>2-D convolution, from [B,C,H,W] to [B,out,H',W'].</summary>
        public sealed class Conv2d : Convolution
        {
            internal Conv2d(long inputs, long outputs, long[] kernel, long[] stride, long[]? padding, Padding? paddingType, long[] dilation,
                long groups, bool hasBias, PaddingModes mode, torch.Device? device, torch.ScalarType? dtype)
                : base(nameof(Conv2d), inputs, outputs, kernel, stride, padding, paddingType, dilation, groups, hasBias, mode, device, dtype) { }

            /// <summary>The convolution.</summary>
            /// <param name="input">[B,C,H,W] or [C,H,W].</param>
            /// <returns>[B,out,H',W'] or [out,H',W'].</returns>
            /// <exception cref="ArgumentException">Another number of dimensions or channels.</exception>
            public override torch.Tensor forward(torch.Tensor input)
            {
                var shape = input.shape;
                if (shape.Length is not (3 or 4) || shape[^3] != in_channels)
                    throw new ArgumentException($"Expected [B,{in_channels},H,W] or [{in_channels},H,W], got [{string.Join(", ", shape)}].", nameof(input));
                if (padding_mode is not (PaddingModes.Zeros or PaddingModes.Constant))
                {
                    using var bordered = torch.nn.functional.pad(input, BorderWidths(), padding_mode);
                    return torch.nn.functional.conv2d(bordered, weight, bias, stride, [0, 0], dilation, groups);
                }
                return padding_type is { } byName
                    ? torch.nn.functional.conv2d_padding(input, weight, bias, stride, byName, dilation, groups)
                    : torch.nn.functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>2-D convolution with a square kernel; the parameters start uniform in ±1/√(in/groups·kernel) as PyTorch's.</summary>
            /// <param name="in_channels">Input channels.</param>
            /// <param name="out_channels">Output channels.</param>
            /// <param name="kernel_size">Height and width of the kernel.</param>
            /// <param name="stride">Step between windows.</param>
            /// <param name="padding">Width of the border.</param>
            /// <param name="dilation">Step inside a window.</param>
            /// <param name="padding_mode">What stands in the border.</param>
            /// <param name="groups">Blocks of channels convolved apart.</param>
            /// <param name="bias">Whether a number is added to each output channel.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, functional.Both(kernel_size), functional.Both(stride), functional.Both(padding), null, functional.Both(dilation), groups, bias, padding_mode, device, dtype);

            /// <summary>2-D convolution; the parameters start uniform in ±1/√(in/groups·kernel) as PyTorch's.</summary>
            /// <param name="in_channels">Input channels.</param>
            /// <param name="out_channels">Output channels.</param>
            /// <param name="kernel_size">Height and width of the kernel.</param>
            /// <param name="stride">Step between windows, by default 1.</param>
            /// <param name="padding">Width of the border, by default 0.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="padding_mode">What stands in the border.</param>
            /// <param name="groups">Blocks of channels convolved apart.</param>
            /// <param name="bias">Whether a number is added to each output channel.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, functional.Both(kernel_size), functional.Both(stride ?? (1, 1)), functional.Both(padding ?? (0, 0)), null, functional.Both(dilation ?? (1, 1)), groups, bias, padding_mode, device, dtype);

            /// <summary>2-D convolution with a square kernel, padded by name.</summary>
            /// <param name="in_channels">Input channels.</param>
            /// <param name="out_channels">Output channels.</param>
            /// <param name="kernel_size">Height and width of the kernel.</param>
            /// <param name="padding">Valid: none; Same: the size stays, for stride 1 only.</param>
            /// <param name="stride">Step between windows.</param>
            /// <param name="dilation">Step inside a window.</param>
            /// <param name="padding_mode">What stands in the border.</param>
            /// <param name="groups">Blocks of channels convolved apart.</param>
            /// <param name="bias">Whether a number is added to each output channel.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, functional.Both(kernel_size), functional.Both(stride), null, padding, functional.Both(dilation), groups, bias, padding_mode, device, dtype);

            /// <summary>2-D convolution padded by name.</summary>
            /// <param name="in_channels">Input channels.</param>
            /// <param name="out_channels">Output channels.</param>
            /// <param name="kernel_size">Height and width of the kernel.</param>
            /// <param name="padding">Valid: none; Same: the size stays, for stride 1 only.</param>
            /// <param name="stride">Step between windows, by default 1.</param>
            /// <param name="dilation">Step inside a window, by default 1.</param>
            /// <param name="padding_mode">What stands in the border.</param>
            /// <param name="groups">Blocks of channels convolved apart.</param>
            /// <param name="bias">Whether a number is added to each output channel.</param>
            /// <param name="device">By default the CPU.</param>
            /// <param name="dtype">By default get_default_dtype().</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, functional.Both(kernel_size), functional.Both(stride ?? (1, 1)), null, padding, functional.Both(dilation ?? (1, 1)), groups, bias, padding_mode, device, dtype);
        }
    }
}
