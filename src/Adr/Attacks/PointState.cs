using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What an attack keeps of its points from step to step: a tensor with one row per point, written in place.</summary>
internal sealed class PointState : IDisposable
{
    /// <summary>Starts with a copy of these rows [b,…].</summary>
    internal PointState(Tensor rows) => Rows = rows.detach().clone().DetachFromDisposeScope();

    /// <summary>The rows [b,…].</summary>
    internal Tensor Rows { get; private set; }

    /// <summary>Writes every row.</summary>
    internal void Set(Tensor rows) => Rows.copy_(rows);

    /// <summary>Writes the rows where the mask [b] is true.</summary>
    internal void SetWhere(Tensor mask, Tensor rows) => PerPoint.Put(Rows, mask, rows);

    /// <summary>Keeps some of the rows.</summary>
    /// <param name="left">Which [b'].</param>
    internal void Select(Tensor left)
    {
        var all = Rows;
        Rows = all.index_select(0, left).DetachFromDisposeScope();
        all.Dispose();
    }

    /// <summary>Frees the rows.</summary>
    public void Dispose() => Rows.Dispose();
}
