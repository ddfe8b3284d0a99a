namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>
            /// Moves and converts parameters, their gradients and buffers, of this module and all below it. The tensors stay the
            /// same objects, so an optimiser made before goes on with them. Only floating-point tensors change their type.
            /// </summary>
            internal void MoveTo(Device? device, ScalarType? dtype)
            {
                if (dtype is { } type && !is_floating_point(type))
                    throw new ArgumentException($"A module's type can be floating point only, not {type}.", nameof(dtype));
                using var frozen = no_grad();
                foreach (var (_, parameter) in named_parameters())
                {
                    Move(parameter, device, dtype);
                    using var gradient = Gradients.Of(parameter);
                    if (gradient is not null) Move(gradient, device, dtype);
                }
                foreach (var (_, buffer) in named_buffers()) Move(buffer, device, dtype);
            }

            private static void Move(Tensor tensor, Device? device, ScalarType? dtype)
            {
                var type = dtype is { } wanted && is_floating_point(tensor.dtype) ? wanted : tensor.dtype;
                using var moved = tensor.to(type, device ?? tensor.device);
                Op.InPlace("set_data", tensor, moved);
            }
        }
    }
}
