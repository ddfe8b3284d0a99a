using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>In training, sets elements to 0 with probability p and divides the others by 1 − p (Srivastava et al., 2014).</summary>
        public sealed class Dropout : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Dropout(double p, bool inplace) : base(nameof(Dropout)) => (this.p, this.inplace) = (p, inplace);

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>The probability in [0,1].</summary>
            public double p { get; set; }

            /// <summary>Drops in training mode; the identity otherwise.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.dropout(tensor, p, training, inplace);
        }

        /// <summary>Dropout of whole channels of [B,C,H,W].</summary>
        public sealed class Dropout2d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Dropout2d(double p, bool inplace) : base(nameof(Dropout2d)) => (this.p, this.inplace) = (p, inplace);

            /// <summary>Whether the input is overwritten.</summary>
            public bool inplace { get; set; }

            /// <summary>The probability in [0,1].</summary>
            public double p { get; set; }

            /// <summary>Drops in training mode; the identity otherwise.</summary>
            /// <param name="input">[B,C,H,W] or [C,H,W].</param>
            public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.dropout2d(input, p, training, inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>In training, sets elements to 0 with probability p and divides the others by 1 − p.</summary>
            /// <param name="p">In [0,1].</param>
            /// <param name="inplace">Overwrite the input.</param>
            public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            /// <summary>Dropout of whole channels.</summary>
            /// <param name="p">In [0,1].</param>
            /// <param name="inplace">Overwrite the input.</param>
            public static Dropout2d Dropout2d(double p = 0.5, bool inplace = false) => new(p, inplace);
        }
    }
}
