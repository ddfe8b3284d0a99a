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

    /// <summary>sums [36][inputs][padded outputs] += [inputs,count]·[count,outputs], of one frequency and panel.</summary>
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
internal sealed unsafe class Kernels<V> : Kernels where V : unmanaged, ILanes<V>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    internal override int PanelWidth => 2 * V.Width;

    internal override int Rows => V.Rows;

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

    /// <remarks>The transpose of <see cref="Convolve"/>: with the gradient E of a tile of outputs, that of the 6×6 inputs
    /// under it is B[(G g Gᵀ) ⊙ (A E Aᵀ)]Bᵀ. Where the inputs of tiles overlap, these are added.</remarks>
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

    /// <summary>Adds the residual, if there is one, and stores an output that is no less than a floor.</summary>
    [MethodImpl(Inline)]
    private static void Finish(in Job job, nint to, V value, V floor)
    {
        if (job.Residual is not null) value += V.Load(job.Residual + to);
        V.Store(job.Output + to, Floored(value, floor));
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

    /// <summary>Where a patch of maps lies, and the floats between its lines: in the maps themselves where nothing has
    /// to be done to it, else gathered.</summary>
    [MethodImpl(Inline)]
    private static float* Patch(
        in Source source, nint image, nint row, nint column, nint size, float* patch, out nint line)
    {
        var isInside = row >= 0 && column >= 0 && row + size <= source.Height && column + size <= source.Width;
        if (isInside && source.Behind == Activation.None)
        {
            line = source.Width * source.Channels;
            return source.Values + ((image * source.Height + row) * source.Width + column) * source.Channels;
        }
        if (source.Behind == Activation.MaxPoolRelu && ((row | column) & 1) == 0)
            GatherPooled(source, image, row / 2, column / 2, size / 2, patch);
        else
            Gather(source, image, row, column, size, size, patch);
        line = size * source.Channels;
        return patch;
    }

    /// <summary>The same behind a pool, for whole cells [cells, cells] of four values.</summary>
    [MethodImpl(Hot)]
    private static void GatherPooled(in Source source, nint image, nint row, nint column, nint cells, float* patch)
    {
        nint channels = source.Channels, high = source.Height / 2, wide = source.Width / 2;
        var line = 2 * cells * channels;
        for (nint r = 0; r < cells; r++)
            for (nint k = 0; k < cells; k++)
            {
                nint y = row + r, x = column + k;
                var to = patch + 2 * r * line + 2 * k * channels;
                var isInside = y >= 0 && x >= 0 && y < high && x < wide;
                var at = isInside ? ((image * high + y) * wide + x) * channels : 0;
                for (nint c = 0; c < channels; c += V.Width, to += V.Width)
                {
                    V value = default, winner = default;
                    if (isInside) (value, winner) = (V.Load(source.Values + at + c), V.Load(source.State + at + c));
                    V.Store(to, V.WhereEqual(winner, default, value, default));
                    V.Store(to + channels, V.WhereEqual(winner, V.All(1), value, default));
                    V.Store(to + line, V.WhereEqual(winner, V.All(2), value, default));
                    V.Store(to + line + channels, V.WhereEqual(winner, V.All(3), value, default));
                }
            }
    }

    /// <summary>Copies a patch [rows, columns, channels], with zeros beyond the maps; a gradient is taken back through
    /// its activation.</summary>
    [MethodImpl(Hot)]
    private static void Gather(
        in Source source, nint image, nint row, nint column, nint rows, nint columns, float* patch)
    {
        nint channels = source.Channels;
        var isPooled = source.Behind == Activation.MaxPoolRelu;
        var (high, wide) = isPooled ? (source.Height / 2, source.Width / 2) : (source.Height, source.Width);
        for (nint r = 0; r < rows; r++)
            for (nint k = 0; k < columns; k++, patch += channels)
            {
                nint y = row + r, x = column + k, place = 2 * (y & 1) + (x & 1);
                if (isPooled) (y, x) = (y >> 1, x >> 1);
                if (y < 0 || x < 0 || y >= high || x >= wide)
                {
                    for (nint c = 0; c < channels; c += V.Width) V.Store(patch + c, default);
                    continue;
                }
                var at = ((image * high + y) * wide + x) * channels;
                float* from = source.Values + at, state = source.State + at;
                if (source.Behind == Activation.None)
                    for (nint c = 0; c < channels; c += V.Width) V.Store(patch + c, V.Load(from + c));
                else if (isPooled)
                    for (nint c = 0; c < channels; c += V.Width)
                        V.Store(patch + c, V.WhereEqual(V.Load(state + c), V.All(place), V.Load(from + c), default));
                else
                    for (nint c = 0; c < channels; c += V.Width)
                        V.Store(patch + c, V.WhereGreater(V.Load(state + c), default, V.Load(from + c), default));
            }
    }

    /// <summary>Stores max(0, the largest of 2×2 values), and which it was, the first of equals.</summary>
    [MethodImpl(Inline)]
    private static void Pool(in Job job, nint to, V a, V b, V c, V d)
    {
        var most = V.Max(V.Max(a, b), V.Max(c, d));
        var which = V.WhereEqual(b, most, V.All(1), V.WhereEqual(c, most, V.All(2), V.All(3)));
        which = V.WhereEqual(a, most, default, which);
        V.Store(job.Output + to, Floored(most, default));
        V.Store(job.Winners + to, V.WhereGreater(most, default, which, V.All(4)));
    }

    /// <summary>The larger one; a NaN stays.</summary>
    [MethodImpl(Inline)]
    private static V Floored(V value, V floor) => V.WhereGreater(floor, value, floor, value);

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

    /// <summary>m [Rows,2·Width] = (add: m +) a [Rows,n]·u [n,2·Width]; the sums run over n in order.</summary>
    [MethodImpl(Inline)]
    private static void Product(
        float* a, nint aRow, nint aStep, float* u, nint uRow, nint n, float* m, nint mRow, bool add)
    {
        if (V.Rows == 8) Product8(a, aRow, aStep, u, uRow, n, m, mRow, add);
        else Product4(a, aRow, aStep, u, uRow, n, m, mRow, add);
    }

    [MethodImpl(Hot)]
    private static void Product8(
        float* a, nint aRow, nint aStep, float* u, nint uRow, nint n, float* m, nint mRow, bool add)
    {
        V a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default;
        V b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default;
        V a7 = default, b7 = default;
        float* p = a, q = a + 3 * aRow, s = a + 6 * aRow;
        for (; n > 0; n--, p += aStep, q += aStep, s += aStep, u += uRow)
        {
            V left = V.Load(u), right = V.Load(u + V.Width);
            var x = V.All(p[0]);
            (a0, b0) = (V.Fused(x, left, a0), V.Fused(x, right, b0));
            x = V.All(p[aRow]);
            (a1, b1) = (V.Fused(x, left, a1), V.Fused(x, right, b1));
            x = V.All(p[2 * aRow]);
            (a2, b2) = (V.Fused(x, left, a2), V.Fused(x, right, b2));
            x = V.All(q[0]);
            (a3, b3) = (V.Fused(x, left, a3), V.Fused(x, right, b3));
            x = V.All(q[aRow]);
            (a4, b4) = (V.Fused(x, left, a4), V.Fused(x, right, b4));
            x = V.All(q[2 * aRow]);
            (a5, b5) = (V.Fused(x, left, a5), V.Fused(x, right, b5));
            x = V.All(s[0]);
            (a6, b6) = (V.Fused(x, left, a6), V.Fused(x, right, b6));
            x = V.All(s[aRow]);
            (a7, b7) = (V.Fused(x, left, a7), V.Fused(x, right, b7));
        }
        Put(m, a0, b0, add);
        Put(m + mRow, a1, b1, add);
        Put(m + 2 * mRow, a2, b2, add);
        Put(m + 3 * mRow, a3, b3, add);
        Put(m + 4 * mRow, a4, b4, add);
        Put(m + 5 * mRow, a5, b5, add);
        Put(m + 6 * mRow, a6, b6, add);
        Put(m + 7 * mRow, a7, b7, add);
    }

    [MethodImpl(Hot)]
    private static void Product4(
        float* a, nint aRow, nint aStep, float* u, nint uRow, nint n, float* m, nint mRow, bool add)
    {
        V a0 = default, a1 = default, a2 = default, a3 = default;
        V b0 = default, b1 = default, b2 = default, b3 = default;
        float* p = a, q = a + 2 * aRow;
        for (; n > 0; n--, p += aStep, q += aStep, u += uRow)
        {
            V left = V.Load(u), right = V.Load(u + V.Width);
            var x = V.All(p[0]);
            (a0, b0) = (V.Fused(x, left, a0), V.Fused(x, right, b0));
            x = V.All(p[aRow]);
            (a1, b1) = (V.Fused(x, left, a1), V.Fused(x, right, b1));
            x = V.All(q[0]);
            (a2, b2) = (V.Fused(x, left, a2), V.Fused(x, right, b2));
            x = V.All(q[aRow]);
            (a3, b3) = (V.Fused(x, left, a3), V.Fused(x, right, b3));
        }
        Put(m, a0, b0, add);
        Put(m + mRow, a1, b1, add);
        Put(m + 2 * mRow, a2, b2, add);
        Put(m + 3 * mRow, a3, b3, add);
    }

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

    [MethodImpl(Inline)]
    private static void Add(float* to, V value) => V.Store(to, V.Load(to) + value);

    [MethodImpl(Inline)]
    private static void Put(float* m, V left, V right, bool add)
    {
        V.Store(m, add ? V.Load(m) + left : left);
        V.Store(m + V.Width, add ? V.Load(m + V.Width) + right : right);
    }
}
