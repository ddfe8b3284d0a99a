using System.Runtime.CompilerServices;

namespace Adr.Convolutions;

/// <content>Images of few channels, computed directly.</content>
internal sealed unsafe partial class Kernels<V>
{
    [MethodImpl(Hot)]
    internal override void ConvolveNarrow(in NarrowJob job, nint image, float* scratch)
    {
        nint w = V.Width, rows = V.Rows, taps = 3 * job.Inputs, panel = taps * job.Columns;
        nint row = (job.OutWidth + 7) / 8 * 8;
        float* sums = scratch, lines = sums + row * job.Columns;
        PadImage(job, image, lines);
        var floor = V.All(job.Then == Activation.Relu ? 0 : float.NegativeInfinity);
        for (nint y = 0; y < job.OutHeight; y++)
        {
            for (nint p = 0; p < job.Columns; p += 2 * w)
                for (nint x = 0; x < job.OutWidth; x += rows)
                    for (nint r = 0; r < 3; r++)
                        Product(lines + (y + r) * job.Line + x * job.Inputs, job.Inputs, 1,
                            job.Weights + r * panel + p, job.Columns, taps, sums + x * job.Columns + p, job.Columns,
                            r > 0);
            var to = job.Output + (image * job.OutHeight + y) * job.OutWidth * job.Outputs;
            for (nint o = 0; o < job.Outputs; o += w)
            {
                var bias = job.Bias is null ? default : V.Load(job.Bias + o);
                for (nint x = 0; x < job.OutWidth; x++)
                    V.Store(to + x * job.Outputs + o, Floored(V.Load(sums + x * job.Columns + o) + bias, floor));
            }
        }
    }

    /// <remarks>One product of a line of gradients with all 9 taps, whose columns are then added where each tap
    /// belongs.</remarks>
    [MethodImpl(Hot)]
    internal override void NarrowGradient(in NarrowJob job, nint image, float* scratch)
    {
        nint w = V.Width, taps = 3 * job.Inputs, row = (job.OutWidth + 7) / 8 * 8;
        float* products = scratch, gradients = products + row * job.Columns, lines = gradients + row * job.Outputs;
        new Span<float>(lines, (int)((job.Height + 2 * job.Padding) * job.Line)).Clear();
        for (nint y = 0; y < job.OutHeight; y++)
        {
            Gather(job.Gradient, image, y, 0, 1, job.OutWidth, gradients);
            if (job.Columns == w)
                for (nint x = 0; x < job.OutWidth; x += 8)
                    SingleProduct(gradients + x * job.Outputs, job.Outputs, job.Weights, job.Outputs,
                        products + x * w);
            else
                for (nint x = 0; x < job.OutWidth; x += V.Rows)
                    for (nint p = 0; p < job.Columns; p += 2 * w)
                        Product(gradients + x * job.Outputs, job.Outputs, 1, job.Weights + p, job.Columns,
                            job.Outputs, products + x * job.Columns + p, job.Columns, false);
            for (nint x = 0; x < job.OutWidth; x++)
                for (nint r = 0; r < 3; r++)
                {
                    float* from = products + x * job.Columns + r * taps;
                    float* to = lines + (y + r) * job.Line + x * job.Inputs;
                    for (nint i = 0; i < taps; i++) to[i] += from[i];
                }
        }
        for (nint y = 0; y < job.Height; y++)
            Copy(lines + (y + job.Padding) * job.Line + job.Padding * job.Inputs,
                job.Image + (image * job.Height + y) * job.Width * job.Inputs, job.Width * job.Inputs);
    }

    [MethodImpl(Hot)]
    internal override void AddNarrowWeightGradient(in NarrowJob job, nint image, float* sums, float* scratch)
    {
        nint w = V.Width, taps = 3 * job.Inputs, rows = V.Rows, row = (job.OutWidth + 7) / 8 * 8;
        nint whole = (taps + rows - 1) / rows * rows;
        float* gradients = scratch, lines = gradients + row * job.Outputs;
        PadImage(job, image, lines);
        for (nint y = 0; y < job.OutHeight; y++)
        {
            Gather(job.Gradient, image, y, 0, 1, job.OutWidth, gradients);
            for (nint r = 0; r < 3; r++)
                for (nint t = 0; t < taps; t += rows)
                    for (nint o = 0; o < job.Columns; o += 2 * w)
                        Product(lines + (y + r) * job.Line + t, 1, job.Inputs, gradients + o, job.Outputs,
                            job.OutWidth, sums + (r * whole + t) * job.Columns + o, job.Columns, true);
        }
    }

    private static void PadImage(in NarrowJob job, nint image, float* lines)
    {
        nint height = job.Height + 2 * job.Padding, edge = job.Padding * job.Inputs;
        new Span<float>(lines, (int)(height * job.Line + 8 * job.Inputs)).Clear();
        for (nint y = 0; y < job.Height; y++)
            Copy(job.Image + (image * job.Height + y) * job.Width * job.Inputs,
                lines + (y + job.Padding) * job.Line + edge, job.Width * job.Inputs);
    }

    private static void Copy(float* from, float* to, nint floats) =>
        Buffer.MemoryCopy(from, to, 4 * floats, 4 * floats);

    /// <summary>m [8,Width] = a [8,n]·u [n,Width].</summary>
    [MethodImpl(Hot)]
    private static void SingleProduct(float* a, nint aRow, float* u, nint n, float* m)
    {
        nint w = V.Width;
        V a0 = default, a1 = default, a2 = default, a3 = default;
        V a4 = default, a5 = default, a6 = default, a7 = default;
        float* q = a + 3 * aRow, s = a + 6 * aRow;
        for (nint k = 0; k < n; k++, u += w)
        {
            var x = V.Load(u);
            a0 = V.Fused(V.All(a[k]), x, a0);
            a1 = V.Fused(V.All(a[aRow + k]), x, a1);
            a2 = V.Fused(V.All(a[2 * aRow + k]), x, a2);
            a3 = V.Fused(V.All(q[k]), x, a3);
            a4 = V.Fused(V.All(q[aRow + k]), x, a4);
            a5 = V.Fused(V.All(q[2 * aRow + k]), x, a5);
            a6 = V.Fused(V.All(s[k]), x, a6);
            a7 = V.Fused(V.All(s[aRow + k]), x, a7);
        }
        V.Store(m, a0);
        V.Store(m + w, a1);
        V.Store(m + 2 * w, a2);
        V.Store(m + 3 * w, a3);
        V.Store(m + 4 * w, a4);
        V.Store(m + 5 * w, a5);
        V.Store(m + 6 * w, a6);
        V.Store(m + 7 * w, a7);
    }
}
