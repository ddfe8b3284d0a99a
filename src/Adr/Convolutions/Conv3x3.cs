using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Convolutions;

/// <summary>Convolutions of the library's networks: by kernels in C# where these are faster, by libtorch elsewhere.</summary>
/// <remarks>The kernels take 3×3 convolutions of stride 1 in float32 on the CPU, whose outputs come in multiples of 16
/// and whose inputs do too, or are the 1 to 4 channels of an image. They have first derivatives only. The results
/// differ from libtorch's by rounding.</remarks>
public static class Conv3x3
{
    private const int Unit = 16, MostNarrow = 4;

    private static Exception? failure;

    /// <summary>Whether the kernels are used. False leaves everything to libtorch; so does <c>ADR_KERNELS=0</c> in the
    /// environment. Default: true.</summary>
    public static bool UsesKernels { get; set; } = Environment.GetEnvironmentVariable("ADR_KERNELS") != "0";

    /// <summary>A layer's output, with what follows it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[B,I,H,W].</param>
    /// <param name="then">What follows, in the same pass over the output.</param>
    /// <returns>[B,O,H',W'], half as high and wide after a pool.</returns>
    public static Tensor Of(Conv2d layer, Tensor x, Activation then = Activation.None)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(x);
        return Take(layer) is { } filter && filter.Takes(x, then)
            ? filter.Apply(x, then)
            : Activated(layer.call(x), then);
    }

    /// <summary>The layer's weights, for many passes while they do not change; null where only libtorch can.</summary>
    internal static Filter? Take(Conv2d layer)
    {
        var (weight, padding) = ((Tensor)layer.weight!, layer.padding ?? [0, 0]);
        return layer.stride.All(one => one == 1) && layer.dilation.All(one => one == 1) && layer.groups == 1
            && padding is [var high, var wide] && high == wide
            ? new Filter(weight, (Tensor?)layer.bias, high)
            : null;
    }

    /// <summary>What follows a convolution, by libtorch.</summary>
    internal static Tensor Activated(Tensor y, Activation then)
    {
        if (then == Activation.None) return y;
        if (then == Activation.Relu) return y.relu_();
        // ReLU after the pool touches a quarter of the numbers, and gives the same values and gradients.
        using (y) return nn.functional.max_pool2d(y, 2).relu_();
    }

    /// <summary>Throws what went wrong in a backward pass, where an exception would have ended the process.</summary>
    internal static void ThrowIfFailed()
    {
        if (Interlocked.Exchange(ref failure, null) is { } problem)
            throw new InvalidOperationException("A convolution's backward pass failed: " + problem.Message, problem);
    }

    /// <summary>The weights of a convolution of stride 1.</summary>
    internal sealed class Filter(Tensor weight, Tensor? bias, long padding)
    {
        private (Tensor Plain, Tensor Turned)? _transformed;

        internal Tensor Weight => weight;

        internal long Padding => padding;

        internal bool IsNarrow => weight.shape[1] <= MostNarrow;

        /// <summary>The weight as the kernels read it; from <see cref="Freeze"/>, or made for one call.</summary>
        internal Tensor Plain => _transformed?.Plain ?? Winograd.Transform(weight, turned: false);

        internal Tensor Turned => _transformed?.Turned ?? Winograd.Transform(weight, turned: true);

        /// <summary>Whether the kernels compute this.</summary>
        internal bool Takes(Tensor x, Activation then) =>
            UsesKernels && Winograd.Width > 0 && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32
            && x.device_type == DeviceType.CPU && weight.device_type == DeviceType.CPU && padding is >= 0 and <= 2
            && weight.shape is [var outputs, var inputs, 3, 3] && x.shape is [> 0, var channels, var high, var wide]
            && channels == inputs && high + 2 * padding >= 4 && wide + 2 * padding >= 4 && outputs % Unit == 0
            && (inputs % Unit == 0 || (inputs <= MostNarrow && then != Activation.MaxPoolRelu));

        /// <summary>Transforms the weight once, for weights that do not change. What it makes belongs to the dispose
        /// scope that is open.</summary>
        internal Filter Freeze()
        {
            if (!IsNarrow && Winograd.Width > 0) _transformed = (Plain, Turned);
            return this;
        }

        internal Tensor Apply(Tensor x, Activation then)
        {
            ThrowIfFailed();
            if (!is_grad_enabled() || !(x.requires_grad || weight.requires_grad || bias is { requires_grad: true }))
                return Forward(x, bias, then).Output;
            using var scope = NewDisposeScope(); // for what apply leaves behind
            var y = Function.apply(x, weight, bias!, this, then);
            ThrowIfFailed();
            return y.MoveToOuterDisposeScope();
        }

        internal (Tensor Output, Tensor? Winners) Forward(Tensor x, Tensor? b, Activation then)
        {
            if (IsNarrow) return (Winograd.ConvolveNarrow(x, weight, b, padding, then), null);
            using var scope = NewDisposeScope();
            var (output, winners) = Winograd.Convolve(Maps.Of(x), Plain, weight.shape[0], b, padding, then);
            return (output.MoveToOuterDisposeScope(), winners?.MoveToOuterDisposeScope());
        }
    }

    /// <summary>The convolution as autograd has it.</summary>
    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        // What the last backward pass of this thread gave: libtorch holds it by then.
        [ThreadStatic] private static List<Tensor>? given;

        public override string Name => nameof(Conv3x3);

        public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
        {
            var (x, weight, bias) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor?)arguments[2]);
            var (filter, then) = ((Filter)arguments[3], (Activation)arguments[4]);
            try
            {
                var (y, winners) = filter.Forward(x, bias, then);
                var state = then == Activation.Relu ? y.alias() : winners;
                // Only the weight's gradient needs the input, so a frozen network holds none.
                context.save_for_backward([weight.requires_grad ? x : null!, state!]);
                context.save_data("layer", new Layer(filter, then, x.shape,
                    (x.requires_grad, weight.requires_grad, bias is { requires_grad: true })));
                context.set_materialize_grads(false);
                return y;
            }
            catch (Exception problem)
            {
                failure = problem;
                return x.alias();
            }
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            given?.ForEach(tensor => tensor?.Dispose());
            given = null;
            var layer = (Layer)context.get_data("layer");
            try
            {
                if (is_grad_enabled())
                    throw new NotSupportedException("The library's convolutions have first derivatives only. Set "
                        + "Conv3x3.UsesKernels to false for second ones.");
                using var scope = NewDisposeScope();
                var saved = context.get_saved_variables();
                given = layer.Gradients(gradient, saved[0], saved[1]);
                foreach (var tensor in given) tensor?.DetachFromDisposeScope();
            }
            catch (Exception problem) // It would end the process.
            {
                failure = problem;
                given = layer.Failed();
            }
            gradient.Dispose();
            return [.. given, null!, null!];
        }
    }

    private sealed record Layer(
        Filter Filter, Activation Then, long[] Shape, (bool Input, bool Weight, bool Bias) Needs)
    {
        internal List<Tensor> Gradients(Tensor gradient, Tensor? x, Tensor? state)
        {
            var (filter, padding) = (Filter, Filter.Padding);
            var outputs = Maps.Behind(
                gradient, Then, state, Shape[2] + 2 * padding - 2, Shape[3] + 2 * padding - 2);
            var toInput = !Needs.Input ? null
                : filter.IsNarrow ? Winograd.NarrowGradient(outputs, filter.Weight, Shape, padding)
                : Winograd.Convolve(outputs, filter.Turned, Shape[1], null, 2 - padding, Activation.None).Output;
            var toWeight = !Needs.Weight ? null
                : filter.IsNarrow ? Winograd.NarrowWeightGradient(x!, outputs, padding)
                : Winograd.WeightGradient(Maps.Of(x!), outputs, padding);
            return [toInput!, toWeight!, (Needs.Bias ? ToBias(gradient, state) : null)!]; // null where none is needed
        }

        /// <summary>Gradients that nobody takes for numbers.</summary>
        internal List<Tensor> Failed()
        {
            using var noGraph = no_grad();
            return
            [
                (Needs.Input ? full(Shape, float.NaN).DetachFromDisposeScope() : null)!,
                (Needs.Weight ? full_like(Filter.Weight, float.NaN).DetachFromDisposeScope() : null)!,
                (Needs.Bias ? full([Filter.Weight.shape[0]], float.NaN).DetachFromDisposeScope() : null)!,
            ];
        }

        private Tensor ToBias(Tensor gradient, Tensor? state) => (Then switch
        {
            Activation.Relu => gradient * state!.gt(0),
            Activation.MaxPoolRelu => gradient * state!.lt(4),
            _ => gradient,
        }).sum([0, 2, 3]);
    }
}
