namespace TorchSharp.Modules;

/// <summary>A module without parameters and buffers.</summary>
public interface IParameterLessModule;

/// <summary>A module of one input that has no parameters and buffers and refuses to register any.</summary>
public abstract class ParameterLessModule<T1, TResult> : torch.nn.Module<T1, TResult>, IParameterLessModule
{
    /// <summary>Makes a module in training mode.</summary>
    /// <param name="name">The module's name.</param>
    protected ParameterLessModule(string name) : base(name) { }

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="tensor">Not used.</param>
    /// <param name="persistent">Not used.</param>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override void register_buffer(string name, torch.Tensor tensor, bool persistent = true) => throw Refusal("buffer", name);

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="param">Not used.</param>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override void register_parameter(string name, Parameter param) => throw Refusal("parameter", name);

    /// <summary>Registers a submodule that has no parameters either.</summary>
    /// <param name="name">Its name, without dots.</param>
    /// <param name="submodule">The module.</param>
    /// <exception cref="InvalidOperationException">The submodule may have parameters.</exception>
    public override void register_module(string name, torch.nn.Module submodule)
    {
        if (submodule is not IParameterLessModule) throw Refusal($"module ({submodule?.GetName()})", name);
        base.register_module(name, submodule);
    }

    private InvalidOperationException Refusal(string kind, string key) =>
        new($"{GetName()} is a module without parameters, so the {kind} '{key}' cannot be registered in it; derive from nn.Module instead.");
}
