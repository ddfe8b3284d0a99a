namespace TorchSharp.Modules;

/// <summary>What an optimiser remembers of one parameter.</summary>
public abstract class OptimizerState
{
    private protected OptimizerState(Parameter parameter) => Parameter = parameter;

    private protected Parameter Parameter { get; }

    /// <summary>Copies another parameter's state.</summary>
    /// <param name="source">A state of the same type.</param>
    /// <exception cref="ArgumentException">A state of another type.</exception>
    public abstract void LoadStateDict(OptimizerState source);

    /// <summary>Whether two states are equal up to rounding.</summary>
    /// <param name="other">The other one.</param>
    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    /// <summary>Moves the state to a device.</summary>
    /// <param name="device">Where the parameter is.</param>
    public virtual void to(torch.Device device) { }

    internal abstract void Release();

    private protected static T Same<T>(OptimizerState source) where T : OptimizerState =>
        source as T ?? throw new ArgumentException($"Expected a state of type {typeof(T).DeclaringType?.Name}.{typeof(T).Name}, got {source?.GetType().DeclaringType?.Name ?? "none"}.", nameof(source));

    /// <summary>A tensor of its own, in no dispose scope, on the parameter's device.</summary>
    private protected torch.Tensor? Copy(torch.Tensor? source)
    {
        if (source is null) return null;
        using var frozen = torch.no_grad();
        using var values = source.detach();
        return values.to(source.dtype, Parameter.device, copy: true).DetachFromDisposeScope();
    }

    /// <summary>Zeros like the parameter, in no dispose scope.</summary>
    private protected torch.Tensor Zeros()
    {
        using var frozen = torch.no_grad();
        return Op.Call("zeros_like", Parameter).DetachFromDisposeScope();
    }

    private protected static bool Close(torch.Tensor? a, torch.Tensor? b) => a is null || b is null ? ReferenceEquals(a, b) : a.allclose(b);

    private protected static void Move(ref torch.Tensor? tensor, torch.Device device)
    {
        if (tensor is null) return;
        var old = tensor;
        tensor = old.to(device).DetachFromDisposeScope();
        old.Dispose();
    }
}
