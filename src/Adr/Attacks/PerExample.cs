using System.Runtime.InteropServices;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Helpers for tensors with one row per example.</summary>
internal static class PerExample
{
    /// <summary>[B] as [B,1,…,1], to be combined with [B,…].</summary>
    internal static Tensor Spread(Tensor values, Tensor like) =>
        values.view([values.shape[0], .. Enumerable.Repeat(1L, like.shape.Length - 1)]);

    /// <summary>The number of coordinates of one example.</summary>
    internal static long Coordinates(Tensor images) =>
        images.shape.Skip(1).Aggregate(1L, (product, size) => product * size);

    /// <summary>All numbers of a tensor in double precision, in row order.</summary>
    internal static double[] Numbers(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to(ScalarType.Float64).Values<double>();
    }

    /// <summary>Writes the rows [b,…] of the examples that a mask [b] selects into those of <paramref name="to"/>: at
    /// <paramref name="positions"/> [b], or at the same places where that is null.</summary>
    internal static void Put(Tensor to, Tensor mask, Tensor rows, Tensor? positions = null)
    {
        using var scope = NewDisposeScope();
        if (to.device.type == DeviceType.CPU)
        {
            var which = mask.nonzero().squeeze(1); // mostly few
            if (which.shape[0] == 0) return;
            to.index_copy_(0, positions is null ? which : positions.index_select(0, which),
                rows.index_select(0, which));
            return;
        }
        // without waiting for the device
        var all = where(Spread(mask, rows), rows, positions is null ? to : to.index_select(0, positions));
        _ = positions is null ? to.copy_(all) : to.index_copy_(0, positions, all);
    }

    /// <summary>Positions as a tensor to select with [n].</summary>
    internal static Tensor Index(IEnumerable<int> positions, Device device) =>
        tensor(positions.Select(i => (long)i).ToArray(), device: device);
}

/// <summary>The examples of a batch on the CPU, read and written one by one in double precision.</summary>
internal sealed class ExampleRows
{
    /// <summary>Shares the numbers of a batch [B,…] that lies on the CPU, contiguous, in float32 or float64; else holds
    /// a copy in the open dispose scope.</summary>
    internal ExampleRows(Tensor batch)
    {
        var rows = batch.detach().cpu().contiguous();
        Tensor = rows.dtype is ScalarType.Float32 or ScalarType.Float64 ? rows : rows.to(ScalarType.Float64);
        Length = (int)PerExample.Coordinates(batch);
    }

    /// <summary>The number of coordinates of one example.</summary>
    internal int Length { get; }

    /// <summary>The batch [B,…], with what was written.</summary>
    internal Tensor Tensor { get; }

    internal void Read(int example, Span<double> to)
    {
        if (Tensor.dtype == ScalarType.Float64) Of<double>(example).CopyTo(to);
        else
        {
            var from = Of<float>(example);
            for (var i = 0; i < from.Length; i++) to[i] = from[i];
        }
    }

    internal void Write(int example, ReadOnlySpan<double> from)
    {
        if (Tensor.dtype == ScalarType.Float64) from.CopyTo(Of<double>(example));
        else
        {
            var to = Of<float>(example);
            for (var i = 0; i < to.Length; i++) to[i] = (float)from[i];
        }
    }

    private Span<T> Of<T>(int example) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Tensor.bytes).Slice(example * Length, Length);
}
