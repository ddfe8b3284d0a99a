using System.Text.Json.Serialization;
using TorchSharp.Modules;

namespace Adr.Training;

/// <summary>Which optimiser, with which constants; the learning rate is the one before any milestone.</summary>
/// <param name="LearningRate">Greater than 0.</param>
/// <param name="WeightDecay">L2 penalty: this times the parameter is added to its gradient; at least 0.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SgdSettings), "SGD")]
[JsonDerivedType(typeof(AdamSettings), "Adam")]
public abstract record OptimizerSettings(double LearningRate, double WeightDecay)
{
    /// <summary>Builds the optimiser for a model's parameters, its state at zero.</summary>
    /// <param name="parameters">Names and parameters.</param>
    public abstract Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters);

    /// <summary>What is wrong with the numbers, one line each.</summary>
    internal virtual IEnumerable<string> Problems()
    {
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return $"Optimizer.LearningRate is {LearningRate}; it must be a finite number > 0.";
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) yield return $"Optimizer.WeightDecay is {WeightDecay}; it must be a finite number ≥ 0.";
    }
}

/// <summary>Stochastic gradient descent, as <c>torch.optim.SGD</c>.</summary>
/// <param name="LearningRate">Default 0.01, the paper's on MNIST.</param>
/// <param name="Momentum">In [0,1); default 0.9.</param>
/// <param name="WeightDecay">At least 0; default 0.</param>
/// <param name="Nesterov">Whether the step looks ahead along the momentum; needs momentum. Default false.</param>
public sealed record SgdSettings(double LearningRate = 0.01, double Momentum = 0.9, double WeightDecay = 0, bool Nesterov = false)
    : OptimizerSettings(LearningRate, WeightDecay)
{
    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters) => new Sgd(parameters, Momentum, WeightDecay, Nesterov);

    /// <summary>As in a table.</summary>
    public override string ToString() => $"SGD {LearningRate}, momentum {Momentum}{(Nesterov ? " (Nesterov)" : "")}{(WeightDecay > 0 ? $", weight decay {WeightDecay}" : "")}";

    internal override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (Momentum is not (>= 0 and < 1)) yield return $"Optimizer.Momentum is {Momentum}; it must be in [0,1).";
        if (Nesterov && Momentum == 0) yield return "Optimizer.Nesterov needs a momentum above 0.";
    }
}

/// <summary>Adam (Kingma and Ba 2015), as <c>torch.optim.Adam</c>.</summary>
/// <param name="LearningRate">Default 0.001.</param>
/// <param name="WeightDecay">At least 0; default 0.</param>
/// <param name="Beta1">Decay of the mean of gradients, in [0,1); default 0.9.</param>
/// <param name="Beta2">Decay of the mean of their squares, in [0,1); default 0.999.</param>
/// <param name="Epsilon">Keeps the division finite; greater than 0, default 1e-8.</param>
public sealed record AdamSettings(double LearningRate = 0.001, double WeightDecay = 0, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8)
    : OptimizerSettings(LearningRate, WeightDecay)
{
    /// <inheritdoc/>
    public override Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters) => new Adam(parameters, Beta1, Beta2, Epsilon, WeightDecay);

    /// <summary>As in a table.</summary>
    public override string ToString() => $"Adam {LearningRate}{(WeightDecay > 0 ? $", weight decay {WeightDecay}" : "")}";

    internal override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (Beta1 is not (>= 0 and < 1)) yield return $"Optimizer.Beta1 is {Beta1}; it must be in [0,1).";
        if (Beta2 is not (>= 0 and < 1)) yield return $"Optimizer.Beta2 is {Beta2}; it must be in [0,1).";
        if (!(Epsilon > 0)) yield return $"Optimizer.Epsilon is {Epsilon}; it must be > 0.";
    }
}
