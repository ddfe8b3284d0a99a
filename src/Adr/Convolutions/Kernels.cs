using System.Runtime.CompilerServices;

namespace Adr.Convolutions;

/// <summary>The inner loops of 3×3 convolutions of stride 1, for the registers of one processor.</summary>
/// <remarks>Winograd's F(4×4,3×3) (Lavin and Gray 2016, section 4.3): a tile of 4×4 outputs is the transform of 36
/// products, one for each frequency of the 6×6 inputs under it, instead of 144 products. With the matrices of that
/// paper: Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.</remarks>
internal abstract unsafe class Kernels
{
    /// <summary>Floats that a thread needs beside its own for one tile.</summary>
    internal const int Temporary = 40 * 16;

    /// <summary>Outputs that a product computes at a time.</summary>
    internal abstract int PanelWidth { get; }

    /// <summary>Tiles that a product takes at a time.</summary>
    internal abstract int Rows { get; }

    /// <summary>Weights [3,3,inputs,outputs] of one input to [36][panels][inputs][panel width].</summary>
    internal abstract void TransformWeights(
        float* taps, nint inputs, nint outputs, nint panels, nint input, float* u, float* temporary);

    /// <summary>Outputs of the tiles [first, first + count).</summary>
    internal abstract void Convolve(in Job job, nint first, nint count, float* scratch);

    /// <summary>The gradient to the images [first, first + count) of the input, from <see cref="Job.Gradient"/>. It
    /// takes size tiles at a time.</summary>
    internal abstract void Transpose(in Job job, nint first, nint count, nint size, float* scratch);

    /// <summary>Tiles [first, first + count) of the input to [36][count][inputs].</summary>
    internal abstract void ToFrequencies(in Job job, nint first, nint count, float* v, nint step, float* scratch);

    /// <summary>Tiles of the outputs' gradient to [36][count][padded outputs].</summary>
    internal abstract void GradientToFrequencies(
        in Job job, nint first, nint count, float* e, nint step, float* scratch);

    /// <summary>sums [36][inputs][padded outputs] += [inputs,count]·[count,outputs], of one frequency and
    /// panel.</summary>
    internal abstract void AddProducts(
        in Job job, nint frequency, nint panel, nint count, float* v, nint vStep, float* e, nint eStep, float* sums);

    /// <summary>The outputs of one image of few channels.</summary>
    internal abstract void ConvolveNarrow(in NarrowJob job, nint image, float* scratch);

    /// <summary>The gradient to one image of few channels.</summary>
    internal abstract void NarrowGradient(in NarrowJob job, nint image, float* scratch);

    /// <summary>sums [3][3·inputs in whole rows][outputs in whole panels] += what one image adds to the weight's
    /// gradient.</summary>
    internal abstract void AddNarrowWeightGradient(in NarrowJob job, nint image, float* sums, float* scratch);

    /// <summary>Floats between two frequencies: not a power of two, so that they do not share places in the
    /// cache.</summary>
    internal static nint Spread(nint floats) => floats + 16 * ((floats / 16 & 1) + 1);

    /// <summary>Floats of scratch that <see cref="ToFrequencies"/> needs.</summary>
    internal static nint PatchSize(nint channels) => Temporary + 36 * channels;

    /// <summary>Floats of scratch of the narrow kernels.</summary>
    internal static nint NarrowScratch(in NarrowJob job)
    {
        var row = (job.OutWidth + 7) / 8 * 8;
        return row * (job.Columns + job.Outputs) + (job.Height + 2 * job.Padding) * job.Line + 8 * job.Inputs + 1024;
    }
}

/// <inheritdoc cref="Kernels"/>
internal sealed unsafe partial class Kernels<V> : Kernels where V : unmanaged, ILanes<V>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    internal override int PanelWidth => 2 * V.Width;

    internal override int Rows => V.Rows;
}
