using System.Runtime.CompilerServices;

namespace Adr.Convolutions;

/// <content>Reading maps and gradients, and storing outputs.</content>
internal sealed unsafe partial class Kernels<V>
{
    /// <summary>Adds the residual, if there is one, and stores an output that is no less than a floor.</summary>
    [MethodImpl(Inline)]
    private static void Finish(in Job job, nint to, V value, V floor)
    {
        if (job.Residual is not null) value += V.Load(job.Residual + to);
        V.Store(job.Output + to, Floored(value, floor));
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
}
