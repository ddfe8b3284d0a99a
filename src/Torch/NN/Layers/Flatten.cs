using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Makes one dimension of several: by default [B,…] becomes [B,the rest].</summary>
        public sealed class Flatten : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Flatten(long start, long end) : base(nameof(Flatten)) => (start_dim, end_dim) = (start, end);

            /// <summary>The first dimension of the several.</summary>
            public long start_dim { get; set; }

            /// <summary>The last dimension of the several; negative ones count from the end.</summary>
            public long end_dim { get; set; }

            /// <summary>The same elements in fewer dimensions.</summary>
            /// <param name="input">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor input) => Op.Call("flatten.using_ints", input, start_dim, end_dim);
        }

        /// <summary>Gives its input back, as a new handle.</summary>
        public sealed class Identity : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Identity() : base(nameof(Identity)) { }

            /// <summary>The same tensor.</summary>
            /// <param name="tensor">Any shape.</param>
            public override torch.Tensor forward(torch.Tensor tensor) => tensor.alias();
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Makes one dimension of several: by default [B,…] becomes [B,the rest].</summary>
            /// <param name="start_dim">The first dimension of the several.</param>
            /// <param name="end_dim">The last one; negative ones count from the end.</param>
            public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);

            /// <summary>Gives its input back.</summary>
            public static Identity Identity() => new();
        }
    }
}
