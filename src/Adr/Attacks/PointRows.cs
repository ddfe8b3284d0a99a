using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The points of a batch on the CPU, to be read and written one by one in double precision.</summary>
internal sealed class PointRows
{
    /// <summary>Of a batch [B,…], whose numbers it shares where they lie on the CPU, contiguous, in float32 or float64; else it has a copy, in the open dispose scope.</summary>
    internal PointRows(Tensor batch)
    {
        var rows = batch.detach().cpu().contiguous();
        Tensor = rows.dtype is ScalarType.Float32 or ScalarType.Float64 ? rows : rows.to(ScalarType.Float64);
        Length = (int)PerPoint.Coordinates(batch);
    }

    /// <summary>How many coordinates one point has.</summary>
    internal int Length { get; }

    /// <summary>The batch [B,…], with what was written.</summary>
    internal Tensor Tensor { get; }

    /// <summary>Reads a point.</summary>
    internal void Read(int point, Span<double> to)
    {
        if (Tensor.dtype == ScalarType.Float64) Of<double>(point).CopyTo(to);
        else
        {
            var from = Of<float>(point);
            for (var i = 0; i < from.Length; i++) to[i] = from[i];
        }
    }

    /// <summary>Writes a point.</summary>
    internal void Write(int point, ReadOnlySpan<double> from)
    {
        if (Tensor.dtype == ScalarType.Float64) from.CopyTo(Of<double>(point));
        else
        {
            var to = Of<float>(point);
            for (var i = 0; i < to.Length; i++) to[i] = (float)from[i];
        }
    }

    private Span<T> Of<T>(int point) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Tensor.bytes).Slice(point * Length, Length);
}
