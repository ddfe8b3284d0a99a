namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Sets each element to 0 with probability p and divides the others by 1 − p; the identity outside training.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="p">In [0,1].</param>
            /// <param name="training">Whether to drop.</param>
            /// <param name="inplace">Overwrite <paramref name="input"/>.</param>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Op.InPlace("dropout_", input, p, training).alias() : Op.Call("dropout", input, p, training);

            /// <summary>Dropout of whole channels.</summary>
            /// <param name="input">[B,C,H,W] or [C,H,W].</param>
            /// <param name="p">In [0,1].</param>
            /// <param name="training">Whether to drop.</param>
            /// <param name="inplace">Overwrite <paramref name="input"/>.</param>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (input.dim() == 3) // the operator takes dimension 0 for the batch
                {
                    using var batch = input.unsqueeze(0);
                    if (!inplace) { using var dropped = dropout2d(batch, p, training); return dropped.squeeze(0); }
                    Op.InPlace("feature_dropout_", batch, p, training);
                    return input.alias();
                }
                return inplace ? Op.InPlace("feature_dropout_", input, p, training).alias() : Op.Call("feature_dropout", input, p, training);
            }
        }
    }
}
