using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Changes parameters by their gradients, and can hand out all it remembers, so that a run can be stopped and continued.</summary>
/// <remarks>The steps are PyTorch's. They stand here because TorchSharp has no one way, over its versions, to save an optimiser's state.</remarks>
public abstract class Optimizer : IDisposable
{
    private readonly Dictionary<string, Tensor> _state = [];

    /// <summary>An optimiser of these parameters.</summary>
    /// <param name="parameters">Names and parameters; the optimiser does not own them.</param>
    protected Optimizer(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (parameters.Count == 0) throw new ArgumentException("There is no parameter to train. Is every one frozen (requires_grad = false)?", nameof(parameters));
        Parameters = parameters;
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The remembered tensors by name, such as <c>momentum.classifier.fc1.weight</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">One per parameter, in their order and of their shapes.</param>
    /// <param name="learningRate">This step's learning rate.</param>
    public void Step(IList<Tensor> gradients, double learningRate)
    {
        if (gradients.Count != Parameters.Count)
            throw new ArgumentException($"Expected {Parameters.Count} gradients, one per parameter; {gradients.Count} came.", nameof(gradients));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        Steps++;
        for (var i = 0; i < gradients.Count; i++) Update(i, Parameters[i].Parameter, gradients[i], learningRate);
    }

    /// <summary>Puts back what <see cref="State"/> and <see cref="Steps"/> were.</summary>
    /// <param name="state">Tensors by name; every name and shape of <see cref="State"/> must be there.</param>
    /// <param name="steps">How many steps were taken.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or of another shape.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, long steps)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        foreach (var (name, own) in _state)
        {
            if (!state.TryGetValue(name, out var stored) || !stored.shape.SequenceEqual(own.shape))
                throw new InvalidDataException($"The saved optimiser has no {name} of shape [{string.Join(",", own.shape)}]; it was another optimiser or another model.");
            own.copy_(stored);
        }
        Steps = steps;
    }

    /// <summary>Frees the state; the parameters stay.</summary>
    public void Dispose()
    {
        foreach (var tensor in _state.Values) tensor.Dispose();
        _state.Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes one parameter in place. Called without gradient recording, in a dispose scope.</summary>
    /// <param name="index">The parameter's position.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient; must not be changed.</param>
    /// <param name="learningRate">This step's learning rate.</param>
    protected abstract void Update(int index, Parameter parameter, Tensor gradient, double learningRate);

    /// <summary>Zeros to remember something per parameter.</summary>
    /// <param name="what">The first part of their names.</param>
    protected Tensor[] Remember(string what) =>
        [.. Parameters.Select(p => _state[$"{what}.{p.Name}"] = zeros_like(p.Parameter).DetachFromDisposeScope())];
}
