using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>What all optimisers share: groups, one state for each parameter, and their dictionary.</summary>
public abstract class OptimizerHelper : Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

    private protected OptimizerHelper() { }

    /// <summary>The parameters of all groups.</summary>
    public override IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(g => g.Parameters);

    /// <summary>Fills the gradients with 0; a parameter without gradient stays without.</summary>
    public override void zero_grad()
    {
        foreach (var parameter in parameters()) Gradients.Clear(parameter, drop: false);
    }

    /// <summary>
    /// Options of each group and state of each parameter. They are the optimiser's own: reading them is saving,
    /// and a tensor put into a state (out of every dispose scope) is the optimiser's from then on.
    /// </summary>
    public virtual StateDictionary state_dict() =>
        new([.. _parameter_groups.Select(g => g.Options)], [.. parameters().Select(p => states[p])]);

    /// <summary>Copies options and states of an optimiser of the same type with the same groups.</summary>
    /// <param name="state_dict">What its <see cref="state_dict"/> gave.</param>
    /// <exception cref="ArgumentException">Another number of groups or parameters, or another type.</exception>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        var own = this.state_dict();
        if (own.Options.Count != state_dict.Options.Count || own.State.Count != state_dict.State.Count)
            throw new ArgumentException($"The state is that of {state_dict.Options.Count} groups with {state_dict.State.Count} parameters; this optimiser has {own.Options.Count} with {own.State.Count}.", nameof(state_dict));
        foreach (var (target, source) in own.Options.Zip(state_dict.Options)) if (target != source) target.LoadStateDict(source);
        foreach (var (target, source) in own.State.Zip(state_dict.State)) if (target != source) target.LoadStateDict(source);
    }

    /// <summary>Moves the state to a device.</summary>
    /// <param name="device">Where the parameters are.</param>
    public void to(torch.Device device)
    {
        foreach (var state in states.Values) state.to(device);
    }

    private protected void Add(ParamGroup group, Func<Parameter, OptimizerState> stateOf)
    {
        var added = group.Parameters.ToList();
        var distinct = added.ToHashSet<Parameter>(ReferenceEqualityComparer.Instance);
        if (distinct.Count < added.Count || added.Any(states.ContainsKey))
            throw new ArgumentException("A parameter is in two groups, or twice in one; each belongs to one group.", nameof(group));
        group.Parameters = added;
        foreach (var parameter in added) states.Add(parameter, stateOf(parameter));
        group.Options.InitialLearningRate = group.Options.LearningRate!.Value;
        _parameter_groups.Add(group);
    }

    /// <summary>One step: the closure with gradients, then the update of each parameter that has a gradient, without.</summary>
    private protected torch.Tensor? Step<TGroup, TState>(Func<torch.Tensor>? closure, Action<TGroup, TState, Parameter, torch.Tensor> update)
        where TGroup : ParamGroup where TState : OptimizerState
    {
        torch.Tensor? loss = null;
        if (closure is not null)
        {
            using var recording = torch.enable_grad();
            loss = closure();
        }
        using var frozen = torch.no_grad();
        foreach (var group in _parameter_groups)
            foreach (var parameter in group.Parameters)
            {
                using var temporaries = torch.NewDisposeScope();
                if (Gradients.Of(parameter) is { } gradient) update((TGroup)group, (TState)states[parameter], parameter, gradient);
            }
        return loss;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var state in states.Values) state.Release();
    }
}
