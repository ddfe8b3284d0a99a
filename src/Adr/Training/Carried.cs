using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>A tensor that a defence carries from one step of an epoch to the next. Every epoch begins without one, so that a run can be continued from any epoch.</summary>
public sealed class Carried : IDisposable
{
    private Tensor? _value;

    /// <summary>What was put here last; null before.</summary>
    public Tensor? Value => _value;

    /// <summary>Takes a tensor over, and frees the one before.</summary>
    /// <param name="value">Any tensor; it leaves its dispose scope.</param>
    public void Put(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value?.Dispose();
        _value = value.DetachFromDisposeScope();
    }

    /// <summary>Frees what is here.</summary>
    public void Dispose()
    {
        _value?.Dispose();
        _value = null;
    }
}
