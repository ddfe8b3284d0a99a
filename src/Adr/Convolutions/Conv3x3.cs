using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Convolutions;

/// <summary>Convolutions of the library's networks: by kernels in C# where these are faster, by libtorch
/// elsewhere.</summary>
/// <remarks>The kernels take 3×3 convolutions of stride 1 in float32 on the CPU, whose outputs come in multiples of 16
/// and whose inputs do too, or are the 1 to 4 channels of an image. They have first derivatives only. The results
/// differ from libtorch's by rounding.</remarks>
public static class Conv3x3
{
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
        return Filter.Of(layer) is { } filter && filter.IsForKernelsOf(x, then)
            ? filter.Apply(x, then)
            : Filter.Activated(layer.call(x), then, null);
    }

    /// <summary>Throws what went wrong in a backward pass, where an exception would have ended the process.</summary>
    internal static void ThrowIfFailed()
    {
        if (Interlocked.Exchange(ref failure, null) is { } problem)
            throw new InvalidOperationException("A convolution's backward pass failed: " + problem.Message, problem);
    }

    /// <summary>The convolution as autograd has it.</summary>
    internal sealed class Function : autograd.SingleTensorFunction<Function>
    {
        // What the last backward pass of this thread gave: libtorch holds it by then.
        [ThreadStatic] private static List<Tensor>? given;

        /// <inheritdoc/>
        public override string Name => nameof(Conv3x3);

        internal static Tensor Apply(Filter filter, Tensor x, Activation then, Tensor? residual)
        {
            ThrowIfFailed();
            using var scope = NewDisposeScope(); // for what apply leaves behind
            var y = apply(x, filter.Weight, filter.Bias!, residual!, filter, then);
            ThrowIfFailed();
            return y.MoveToOuterDisposeScope();
        }

        /// <inheritdoc/>
        public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
        {
            var (x, weight, bias) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor?)arguments[2]);
            var (residual, filter) = ((Tensor?)arguments[3], (Filter)arguments[4]);
            var then = (Activation)arguments[5];
            try
            {
                var (y, winners) = filter.Forward(x, bias, then, residual);
                var state = then == Activation.Relu ? y.alias() : winners;
                // Only the weight's gradient needs the input, so a frozen network holds none.
                context.save_for_backward([weight.requires_grad ? x : null!, state!]);
                context.save_data("pass", new Pass(filter, then, x.shape, x.requires_grad, weight.requires_grad,
                    bias is { requires_grad: true }, residual is { requires_grad: true }));
                context.set_materialize_grads(false);
                return y;
            }
            catch (Exception problem) // It would end the process.
            {
                failure = problem;
                return x.alias();
            }
        }

        /// <inheritdoc/>
        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            given?.ForEach(tensor => tensor?.Dispose());
            var pass = (Pass)context.get_data("pass");
            try
            {
                if (is_grad_enabled())
                    throw new NotSupportedException("The library's convolutions have first derivatives only. Set "
                        + "Conv3x3.UsesKernels to false for second ones.");
                using var scope = NewDisposeScope();
                var saved = context.get_saved_variables();
                given = pass.Gradients(gradient, saved[0], saved[1]);
                foreach (var tensor in given) tensor?.DetachFromDisposeScope();
            }
            catch (Exception problem) // It would end the process.
            {
                failure = problem;
                given = pass.NoNumbers();
            }
            gradient.Dispose();
            return [.. given, null!, null!];
        }
    }

    private sealed record Pass(Filter Filter, Activation Then, long[] Shape, bool ToInput, bool ToWeight, bool ToBias,
        bool ToResidual)
    {
        /// <summary>To the input, the weight, the bias and the residual; null where none is needed.</summary>
        internal List<Tensor> Gradients(Tensor gradient, Tensor? x, Tensor? state)
        {
            var (padding, then) = (Filter.Padding, Then);
            if (ToResidual && then == Activation.Relu)
                (gradient, state, then) = (gradient * state!.gt(0), null, Activation.None);
            var outputs = Maps.Behind(gradient, then, state, Shape[2] + 2 * padding - 2, Shape[3] + 2 * padding - 2);
            var toInput = !ToInput ? null
                : Filter.IsNarrow ? Winograd.NarrowGradient(outputs, Filter.Weight, Shape, padding)
                : Winograd.InputGradient(outputs, Filter.Transposed, Shape, padding);
            var toWeight = !ToWeight ? null
                : Filter.IsNarrow ? Winograd.NarrowWeightGradient(x!, outputs, padding)
                : Winograd.WeightGradient(Maps.Of(x!), outputs, padding);
            var toBias = !ToBias ? null : (then switch
            {
                Activation.Relu => gradient * state!.gt(0),
                Activation.MaxPoolRelu => gradient * state!.lt(4),
                _ => gradient,
            }).sum([0, 2, 3]);
            return [toInput!, toWeight!, toBias!, (ToResidual ? gradient.alias() : null)!];
        }

        /// <summary>Gradients that nobody takes for numbers.</summary>
        internal List<Tensor> NoNumbers()
        {
            using var noGraph = no_grad();
            var (height, width) = (Shape[2] + 2 * Filter.Padding - 2, Shape[3] + 2 * Filter.Padding - 2);
            long[]?[] shapes =
            [
                ToInput ? Shape : null, ToWeight ? Filter.Weight.shape : null, ToBias ? [Filter.Weight.shape[0]] : null,
                ToResidual ? [Shape[0], Filter.Weight.shape[0], height, width] : null,
            ];
            return [.. shapes.Select(shape => shape is null ? null! : full(shape, float.NaN).DetachFromDisposeScope())];
        }
    }
}
