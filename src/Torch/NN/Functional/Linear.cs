namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>x·Wᵀ + b.</summary>
            /// <param name="input">[…,in].</param>
            /// <param name="weights">W, [out,in].</param>
            /// <param name="bias">b, [out], or null for none.</param>
            /// <returns>[…,out].</returns>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Op.Call("linear", input, weights, bias);

            /// <summary>2-D convolution (cross-correlation).</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="weight">[out,C/groups,kH,kW].</param>
            /// <param name="bias">[out], or null for none.</param>
            /// <param name="strides">By default 1.</param>
            /// <param name="padding">Zeros added on both sides of [H,W], by default 0.</param>
            /// <param name="dilation">By default 1.</param>
            /// <param name="groups">Blocks of channels convolved apart.</param>
            /// <returns>[B,out,H',W'].</returns>
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Op.Call("conv2d", input, weight, bias, strides ?? [1, 1], padding ?? [0, 0], dilation ?? [1, 1], groups);

            /// <summary>2-D convolution (cross-correlation) padded by name.</summary>
            /// <param name="input">[B,C,H,W].</param>
            /// <param name="weight">[out,C/groups,kH,kW].</param>
            /// <param name="bias">[out], or null for none.</param>
            /// <param name="strides">By default 1.</param>
            /// <param name="padding">Valid: none; Same: zeros so that [H,W] stays, for stride 1 only.</param>
            /// <param name="dilation">By default 1.</param>
            /// <param name="groups">Blocks of channels convolved apart.</param>
            /// <returns>[B,out,H',W'].</returns>
            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Op.Call("conv2d.padding", input, weight, bias, strides ?? [1, 1], padding == Padding.Same ? "same" : "valid", dilation ?? [1, 1], groups);
        }
    }
}
