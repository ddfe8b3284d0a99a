using System.Text.Json.Serialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Which optimiser, with which constants; the learning rate is the one before any milestone.</summary>
/// <param name="LearningRate">Greater than 0.</param>
/// <param name="WeightDecay">L2 penalty: this times the parameter is added to its gradient; at least 0.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SgdSettings), "SGD")]
[JsonDerivedType(typeof(AdamSettings), "Adam")]
public abstract record OptimizerSettings(double LearningRate, double WeightDecay)
{
    /// <summary>An optimiser of a model's parameters that has taken no step yet.</summary>
    /// <param name="parameters">Names and parameters; the optimiser does not own them.</param>
    /// <exception cref="ArgumentException">There is no parameter.</exception>
    public Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count == 0)
            throw new ArgumentException("There is no parameter to train. Is every one frozen (requires_grad = false)?",
                nameof(parameters));
        return new Optimizer(Create([.. parameters.Select(p => p.Parameter)]), parameters);
    }

    /// <summary>What is wrong with the numbers, one line each.</summary>
    internal virtual IEnumerable<string> Problems()
    {
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            yield return $"Optimizer.LearningRate is {LearningRate}; it must be a finite number > 0.";
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay)))
            yield return $"Optimizer.WeightDecay is {WeightDecay}; it must be a finite number ≥ 0.";
    }

    private protected abstract OptimizerHelper Create(Parameter[] parameters);
}

/// <summary>Stochastic gradient descent, <c>torch.optim.SGD</c>.</summary>
/// <param name="LearningRate">Default 0.01, the authors' on MNIST.</param>
/// <param name="Momentum">In [0,1). Default 0.9.</param>
/// <param name="WeightDecay">At least 0. Default 0.</param>
/// <param name="Nesterov">Whether the step looks ahead along the momentum; needs momentum. Default false.</param>
public sealed record SgdSettings(
    double LearningRate = 0.01, double Momentum = 0.9, double WeightDecay = 0, bool Nesterov = false)
    : OptimizerSettings(LearningRate, WeightDecay)
{
    /// <summary>As in a table.</summary>
    public override string ToString() => $"SGD {LearningRate}, momentum {Momentum}{(Nesterov ? " (Nesterov)" : "")}"
        + (WeightDecay > 0 ? $", weight decay {WeightDecay}" : "");

    internal override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (Momentum is not (>= 0 and < 1)) yield return $"Optimizer.Momentum is {Momentum}; it must be in [0,1).";
        if (Nesterov && Momentum == 0) yield return "Optimizer.Nesterov needs a momentum above 0.";
    }

    private protected override OptimizerHelper Create(Parameter[] parameters) => optim.SGD(
        parameters, LearningRate, momentum: Momentum, weight_decay: WeightDecay, nesterov: Nesterov);
}

/// <summary>Adam (Kingma and Ba 2015), <c>torch.optim.Adam</c>.</summary>
/// <param name="LearningRate">Default 0.001.</param>
/// <param name="WeightDecay">At least 0. Default 0.</param>
/// <param name="Beta1">Decay of the mean of gradients, in [0,1). Default 0.9.</param>
/// <param name="Beta2">Decay of the mean of their squares, in [0,1). Default 0.999.</param>
/// <param name="Epsilon">Keeps the division finite; greater than 0. Default 1e-8.</param>
public sealed record AdamSettings(
    double LearningRate = 0.001,
    double WeightDecay = 0,
    double Beta1 = 0.9,
    double Beta2 = 0.999,
    double Epsilon = 1e-8)
    : OptimizerSettings(LearningRate, WeightDecay)
{
    /// <summary>As in a table.</summary>
    public override string ToString() =>
        $"Adam {LearningRate}{(WeightDecay > 0 ? $", weight decay {WeightDecay}" : "")}";

    internal override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (Beta1 is not (>= 0 and < 1)) yield return $"Optimizer.Beta1 is {Beta1}; it must be in [0,1).";
        if (Beta2 is not (>= 0 and < 1)) yield return $"Optimizer.Beta2 is {Beta2}; it must be in [0,1).";
        if (!(Epsilon > 0)) yield return $"Optimizer.Epsilon is {Epsilon}; it must be > 0.";
    }

    private protected override OptimizerHelper Create(Parameter[] parameters) => optim.Adam(
        parameters, LearningRate, beta1: Beta1, beta2: Beta2, eps: Epsilon, weight_decay: WeightDecay);
}

/// <summary>One of TorchSharp's optimisers, with its state by name, so that a run can be continued.</summary>
/// <remarks>The state is read from and put into the objects of TorchSharp's <c>state_dict()</c>, which restores it to
/// the bit. TorchSharp 0.107's own <c>save_state_dict</c> and <c>load_state_dict</c> are not used: their file has no
/// names and cannot be read from Python, SGD loads shapes that do not fit, and SGD's momentum is freed with the dispose
/// scope in which it was loaded.</remarks>
public sealed class Optimizer : IDisposable
{
    private readonly OptimizerHelper _optimizer;

    internal Optimizer(OptimizerHelper optimizer, IReadOnlyList<(string Name, Parameter Parameter)> parameters) =>
        (_optimizer, Parameters) = (optimizer, parameters);

    /// <summary>What is trained.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Its own tensors by name, such as <c>momentum.classifier.fc1.weight</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> State
    {
        get
        {
            var all = new Dictionary<string, Tensor>();
            foreach (var (name, _, state) in States())
            {
                if (state is SGD.State { momentum_buffer: { } velocity }) all["momentum." + name] = velocity;
                if (state is not Adam.State adam) continue;
                all["mean." + name] = adam.exp_avg;
                all["square." + name] = adam.exp_avg_sq;
            }
            return all;
        }
    }

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">One for each parameter, in their order and of their shapes.</param>
    /// <param name="learningRate">This step's learning rate.</param>
    /// <param name="momentum">This step's momentum, where SGD has one; null, the default, for that of before.</param>
    public void Step(IList<Tensor> gradients, double learningRate, double? momentum = null)
    {
        if (gradients.Count != Parameters.Count)
            throw new ArgumentException($"Expected {Parameters.Count} gradients, one for each parameter, but got "
                + $"{gradients.Count}.", nameof(gradients));
        foreach (var group in _optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
            if (momentum is { } next && group is SGD.ParamGroup { Options.momentum: > 0 } sgd)
                sgd.Options.momentum = next;
        }
        for (var i = 0; i < gradients.Count; i++) Parameters[i].Parameter.grad = gradients[i];
        _optimizer.step();
        foreach (var (_, parameter) in Parameters) parameter.grad = null;
        Steps++;
    }

    /// <summary>Puts back what <see cref="State"/> and <see cref="Steps"/> were.</summary>
    /// <param name="state">Tensors by name; copied.</param>
    /// <param name="steps">How many steps were taken.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, long steps)
    {
        using var noGraph = no_grad();
        foreach (var (name, parameter, own) in States())
        {
            if (own is SGD.State sgd)
            {
                sgd.momentum_buffer?.Dispose();
                var hasVelocity = steps > 0 && _optimizer is SGD { Momentum: > 0 }; // the first step makes it
                sgd.momentum_buffer = hasVelocity ? Copy("momentum.", name, parameter) : null;
            }
            if (own is not Adam.State adam) continue;
            adam.exp_avg.Dispose();
            adam.exp_avg_sq.Dispose();
            adam.exp_avg = Copy("mean.", name, parameter);
            adam.exp_avg_sq = Copy("square.", name, parameter);
            adam.step = steps;
        }
        Steps = steps;

        Tensor Copy(string what, string name, Parameter parameter)
        {
            if (!state.TryGetValue(what + name, out var stored) || !stored.shape.SequenceEqual(parameter.shape))
                throw new InvalidDataException($"The saved optimiser has no {what}{name} of shape "
                    + $"[{string.Join(",", parameter.shape)}]; it is of another optimiser or another model.");
            var copy = zeros_like(parameter).DetachFromDisposeScope();
            copy.copy_(stored);
            return copy;
        }
    }

    /// <summary>Frees the state; the parameters stay.</summary>
    public void Dispose() => _optimizer.Dispose();

    // state_dict() lists the parameters in the order in which the optimiser was given them
    private IEnumerable<(string Name, Parameter Parameter, OptimizerState State)> States() =>
        Parameters.Zip(_optimizer.state_dict().State, (p, state) => (p.Name, p.Parameter, state));
}
