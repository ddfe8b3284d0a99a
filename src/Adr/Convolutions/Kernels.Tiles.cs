using System.Runtime.CompilerServices;

namespace Adr.Convolutions;

/// <content>Winograd: tiles of maps of many channels.</content>
internal sealed unsafe partial class Kernels<V>
{
    [MethodImpl(Hot)]
    internal override void TransformWeights(
        float* taps, nint inputs, nint outputs, nint panels, nint input, float* u, float* temporary)
    {
        nint w = V.Width, tap = inputs * outputs, frequency = panels * inputs * 2 * w;
        for (nint o = 0; o < panels * 2 * w; o += w)
        {
            var to = u + (o / (2 * w) * inputs + input) * 2 * w + o % (2 * w);
            if (o >= outputs)
            {
                for (nint k = 0; k < 36; k++) V.Store(to + k * frequency, default);
                continue;
            }
            var g = taps + input * outputs + o;
            for (nint k = 0; k < 3; k++, g += tap)
                WeightAxis(V.Load(g), V.Load(g + 3 * tap), V.Load(g + 6 * tap), temporary + k * w, 3 * w);
            for (nint r = 0; r < 6; r++)
            {
                var half = temporary + 3 * r * w;
                WeightAxis(V.Load(half), V.Load(half + w), V.Load(half + 2 * w), to + 6 * r * frequency, frequency);
            }
        }
    }

    [MethodImpl(Hot)]
    internal override void Convolve(in Job job, nint first, nint count, float* scratch)
    {
        nint w = V.Width, rows = V.Rows, whole = (count + rows - 1) / rows * rows;
        nint vStep = Spread(whole * job.Inputs), mStep = Spread(whole * job.Padded);
        float* v = scratch + PatchSize(job.Inputs), m = v + 36 * vStep;
        ToFrequencies(job, first, count, v, vStep, scratch);
        for (nint k = 0; k < 36; k++)
            for (nint p = 0; p < job.Panels; p++)
            {
                var u = job.Weights + (k * job.Panels + p) * job.Inputs * 2 * w;
                for (nint t = 0; t < count; t += rows)
                    Product(v + k * vStep + t * job.Inputs, job.Inputs, 1, u, 2 * w, job.Inputs,
                        m + k * mStep + t * job.Padded + p * 2 * w, job.Padded, false);
            }
        FromFrequencies(job, first, count, m, mStep, scratch);
    }

    /// <remarks>The transpose of <see cref="Convolve"/>: with the gradient E of a tile of outputs, that of the 6×6
    /// inputs under it is B[(G g Gᵀ) ⊙ (A E Aᵀ)]Bᵀ. Where the inputs of tiles overlap, these are added.</remarks>
    [MethodImpl(Hot)]
    internal override void Transpose(in Job job, nint first, nint count, nint size, float* scratch)
    {
        nint w = V.Width, rows = V.Rows, tiles = job.Down * job.Across, columns = job.Columns;
        nint eStep = Spread(size * job.Padded), mStep = Spread(size * columns);
        float* e = scratch + PatchSize(job.Outputs), m = e + 36 * eStep;
        var image = job.Input.Height * job.Input.Width * job.Inputs;
        new Span<float>(job.Output + first * image, (int)(count * image)).Clear();
        for (var (t, end) = (first * tiles, (first + count) * tiles); t < end; t += size)
        {
            var n = Math.Min(size, end - t);
            GradientToFrequencies(job, t, n, e, eStep, scratch);
            for (nint k = 0; k < 36; k++)
                for (nint c = 0; c < columns; c += 2 * w)
                {
                    var u = job.Weights + (k * columns + c) * job.Outputs;
                    for (nint i = 0; i < n; i += rows)
                        Product(e + k * eStep + i * job.Padded, job.Padded, 1, u, 2 * w, job.Outputs,
                            m + k * mStep + i * columns + c, columns, false);
                }
            AddPatches(job, t, n, m, mStep, scratch);
        }
    }

    /// <summary>Adds [36][count][columns] to the inputs under tiles [first, first + count).</summary>
    [MethodImpl(Hot)]
    private static void AddPatches(in Job job, nint first, nint count, float* m, nint step, float* half)
    {
        nint w = V.Width, channels = job.Inputs, line = job.Input.Width * channels;
        for (nint t = 0; t < count; t++)
        {
            var (image, row, column) = job.Tile(first + t);
            (row, column) = (row - job.Padding, column - job.Padding);
            nint top = Math.Max(0, -row), bottom = Math.Min(6, job.Input.Height - row);
            nint left = Math.Max(0, -column), right = Math.Min(6, job.Input.Width - column);
            var at = job.Output + ((image * job.Input.Height + row) * job.Input.Width + column) * channels;
            for (nint c = 0; c < channels; c += w)
            {
                var from = m + t * job.Columns + c;
                for (nint k = 0; k < 6; k++, from += step)
                {
                    PatchAxis(from, 6 * step, out var d0, out var d1, out var d2, out var d3, out var d4, out var d5);
                    V.Store(half + k * w, d0);
                    V.Store(half + (k + 6) * w, d1);
                    V.Store(half + (k + 12) * w, d2);
                    V.Store(half + (k + 18) * w, d3);
                    V.Store(half + (k + 24) * w, d4);
                    V.Store(half + (k + 30) * w, d5);
                }
                for (var r = top; r < bottom; r++)
                {
                    var to = at + r * line + c;
                    PatchAxis(half + 6 * r * w, w, out var d0, out var d1, out var d2, out var d3, out var d4,
                        out var d5);
                    if (left < 1) Add(to, d0);
                    if (left < 2 && right > 1) Add(to + channels, d1);
                    if (right > 2) Add(to + 2 * channels, d2);
                    if (right > 3) Add(to + 3 * channels, d3);
                    if (right > 4) Add(to + 4 * channels, d4);
                    if (right > 5) Add(to + 5 * channels, d5);
                }
            }
        }
    }

    [MethodImpl(Hot)]
    internal override void ToFrequencies(in Job job, nint first, nint count, float* v, nint step, float* scratch)
    {
        nint w = V.Width, channels = job.Input.Channels;
        float* half = scratch, patch = scratch + Temporary;
        for (nint t = 0; t < count; t++)
        {
            var (image, row, column) = job.Tile(first + t);
            var from = Patch(job.Input, image, row - job.Padding, column - job.Padding, 6, patch, out var line);
            var to = v + t * channels;
            for (nint c = 0; c < channels; c += w)
            {
                for (nint k = 0; k < 6; k++)
                {
                    var d = from + k * channels + c;
                    InputAxis(V.Load(d), V.Load(d + line), V.Load(d + 2 * line), V.Load(d + 3 * line),
                        V.Load(d + 4 * line), V.Load(d + 5 * line), half + k * w, 6 * w);
                }
                for (nint r = 0; r < 6; r++)
                {
                    var d = half + 6 * r * w;
                    InputAxis(V.Load(d), V.Load(d + w), V.Load(d + 2 * w), V.Load(d + 3 * w), V.Load(d + 4 * w),
                        V.Load(d + 5 * w), to + 6 * r * step + c, step);
                }
            }
        }
    }

    /// <summary>[36][count][padded outputs] to the outputs of tiles [first, first + count).</summary>
    [MethodImpl(Hot)]
    private static void FromFrequencies(in Job job, nint first, nint count, float* m, nint step, float* scratch)
    {
        nint w = V.Width, outputs = job.Outputs;
        var isPooled = job.Then == Activation.MaxPoolRelu;
        var (high, wide) = isPooled ? (job.OutHeight / 2, job.OutWidth / 2) : (job.OutHeight, job.OutWidth);
        var line = wide * outputs;
        var floor = V.All(job.Then == Activation.Relu ? 0 : float.NegativeInfinity);
        var half = scratch;
        for (nint t = 0; t < count; t++)
        {
            var (image, row, column) = job.Tile(first + t);
            if (isPooled) (row, column) = (row / 2, column / 2);
            if (row >= high || column >= wide) continue; // a last odd row or column is left out of a pool
            var at = ((image * high + row) * wide + column) * outputs;
            nint rows = Math.Min(isPooled ? 2 : 4, high - row), columns = Math.Min(isPooled ? 2 : 4, wide - column);
            for (nint o = 0; o < outputs; o += w)
            {
                var bias = job.Bias is null ? default : V.Load(job.Bias + o);
                var from = m + t * job.Padded + o;
                for (nint k = 0; k < 6; k++, from += step)
                {
                    OutputAxis(from, 6 * step, out var y0, out var y1, out var y2, out var y3);
                    V.Store(half + k * w, y0);
                    V.Store(half + (k + 6) * w, y1);
                    V.Store(half + (k + 12) * w, y2);
                    V.Store(half + (k + 18) * w, y3);
                }
                if (isPooled)
                {
                    for (nint r = 0; r < rows; r++)
                    {
                        OutputAxis(half + 12 * r * w, w, out var a0, out var a1, out var a2, out var a3);
                        OutputAxis(half + (12 * r + 6) * w, w, out var b0, out var b1, out var b2, out var b3);
                        var to = at + r * line + o;
                        Pool(job, to, a0 + bias, a1 + bias, b0 + bias, b1 + bias);
                        if (columns > 1) Pool(job, to + outputs, a2 + bias, a3 + bias, b2 + bias, b3 + bias);
                    }
                    continue;
                }
                for (nint r = 0; r < rows; r++)
                {
                    OutputAxis(half + 6 * r * w, w, out var y0, out var y1, out var y2, out var y3);
                    var to = at + r * line + o;
                    Finish(job, to, y0 + bias, floor);
                    if (columns > 1) Finish(job, to + outputs, y1 + bias, floor);
                    if (columns > 2) Finish(job, to + 2 * outputs, y2 + bias, floor);
                    if (columns > 3) Finish(job, to + 3 * outputs, y3 + bias, floor);
                }
            }
        }
    }

    [MethodImpl(Hot)]
    internal override void GradientToFrequencies(
        in Job job, nint first, nint count, float* e, nint step, float* scratch)
    {
        nint w = V.Width, outputs = job.Outputs;
        float* half = scratch, patch = scratch + Temporary;
        for (nint t = 0; t < count; t++)
        {
            var (image, row, column) = job.Tile(first + t);
            var from = Patch(job.Gradient, image, row, column, 4, patch, out var line);
            var to = e + t * job.Padded;
            for (nint o = 0; o < outputs; o += w)
            {
                for (nint k = 0; k < 4; k++)
                {
                    var d = from + k * outputs + o;
                    GradientAxis(V.Load(d), V.Load(d + line), V.Load(d + 2 * line), V.Load(d + 3 * line),
                        half + k * w, 4 * w);
                }
                for (nint r = 0; r < 6; r++)
                {
                    var d = half + 4 * r * w;
                    GradientAxis(V.Load(d), V.Load(d + w), V.Load(d + 2 * w), V.Load(d + 3 * w),
                        to + 6 * r * step + o, step);
                }
            }
            for (nint o = outputs; o < job.Padded; o += w) // what fills the last panel
                for (nint k = 0; k < 36; k++) V.Store(to + k * step + o, default);
        }
    }

    [MethodImpl(Hot)]
    internal override void AddProducts(
        in Job job, nint frequency, nint panel, nint count, float* v, nint vStep, float* e, nint eStep, float* sums)
    {
        var column = panel * 2 * V.Width;
        for (nint c = 0; c < job.Inputs; c += V.Rows)
            Product(v + frequency * vStep + c, 1, job.Inputs, e + frequency * eStep + column, job.Padded, count,
                sums + (frequency * job.Inputs + c) * job.Padded + column, job.Padded, true);
    }

    /// <summary>Bᵀd along one axis.</summary>
    [MethodImpl(Inline)]
    private static void InputAxis(V d0, V d1, V d2, V d3, V d4, V d5, float* to, nint step)
    {
        V even = d4 - 4f * d2, odd = d3 - 4f * d1, even2 = d4 - d2, odd2 = 2f * (d3 - d1);
        V.Store(to, 4f * d0 - 5f * d2 + d4);
        V.Store(to + step, even + odd);
        V.Store(to + 2 * step, even - odd);
        V.Store(to + 3 * step, even2 + odd2);
        V.Store(to + 4 * step, even2 - odd2);
        V.Store(to + 5 * step, 4f * d1 - 5f * d3 + d5);
    }

    /// <summary>Aᵀm along one axis.</summary>
    [MethodImpl(Inline)]
    private static void OutputAxis(float* m, nint step, out V y0, out V y1, out V y2, out V y3)
    {
        V m1 = V.Load(m + step), m2 = V.Load(m + 2 * step), m3 = V.Load(m + 3 * step), m4 = V.Load(m + 4 * step);
        V sum = m1 + m2, difference = m1 - m2, farSum = m3 + m4, farDifference = m3 - m4;
        y0 = V.Load(m) + sum + farSum;
        y1 = difference + 2f * farDifference;
        y2 = sum + 4f * farSum;
        y3 = difference + 8f * farDifference + V.Load(m + 5 * step);
    }

    /// <summary>B m along one axis.</summary>
    [MethodImpl(Inline)]
    private static void PatchAxis(float* m, nint step, out V d0, out V d1, out V d2, out V d3, out V d4, out V d5)
    {
        V m0 = V.Load(m), m1 = V.Load(m + step), m2 = V.Load(m + 2 * step), m3 = V.Load(m + 3 * step);
        V m4 = V.Load(m + 4 * step), sum = m1 + m2, difference = m1 - m2, farSum = m3 + m4;
        var farDifference = 2f * (m3 - m4);
        d5 = V.Load(m + 5 * step);
        d0 = 4f * m0;
        d1 = 4f * (d5 - difference) - farDifference;
        d2 = default(V) - 5f * m0 - 4f * sum - farSum;
        d3 = difference + farDifference - 5f * d5;
        d4 = m0 + sum + farSum;
    }

    /// <summary>A e along one axis.</summary>
    [MethodImpl(Inline)]
    private static void GradientAxis(V e0, V e1, V e2, V e3, float* to, nint step)
    {
        V even = e0 + e2, odd = e1 + e3, even2 = e0 + 4f * e2, odd2 = 2f * e1 + 8f * e3;
        V.Store(to, e0);
        V.Store(to + step, even + odd);
        V.Store(to + 2 * step, even - odd);
        V.Store(to + 3 * step, even2 + odd2);
        V.Store(to + 4 * step, even2 - odd2);
        V.Store(to + 5 * step, e3);
    }

    /// <summary>G g along one axis.</summary>
    [MethodImpl(Inline)]
    private static void WeightAxis(V g0, V g1, V g2, float* to, nint step)
    {
        V ends = (-1f / 6) * (g0 + g2), far = (1f / 24) * g0 + (1f / 6) * g2;
        V near = (1f / 6) * g1, middle = (1f / 12) * g1;
        V.Store(to, 0.25f * g0);
        V.Store(to + step, ends - near);
        V.Store(to + 2 * step, ends + near);
        V.Store(to + 3 * step, far + middle);
        V.Store(to + 4 * step, far - middle);
        V.Store(to + 5 * step, g2);
    }
}
