using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A tensor that a module trains: it is listed among the module's parameters under its field's name.</summary>
        public class Parameter : torch.Tensor
        {
            /// <summary>Makes a parameter of a tensor and takes its place, in its dispose scope too: the tensor is empty afterwards.</summary>
            /// <param name="data">Any shape; a leaf.</param>
            /// <param name="requires_grad">Whether to record gradients, for floating-point types only.</param>
            public Parameter(torch.Tensor data, bool requires_grad = true)
                : this(data.OwningDisposeScope, data.with_requires_grad(requires_grad).DecoupleFromNativeHandle()) { }

            private Parameter(DisposeScope? scope, nint handle) : base(handle)
            {
                if (scope is null) DetachFromDisposeScope();
                else if (!ReferenceEquals(scope, OwningDisposeScope)) MoveToOtherDisposeScope(scope);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Makes a parameter of a tensor and takes its place: the tensor is empty afterwards.</summary>
            /// <param name="data">Any shape; a leaf.</param>
            /// <param name="requires_grad">Whether to record gradients, for floating-point types only.</param>
            public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
