using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Stochastic gradient descent with momentum: v ← μ v + g; θ ← θ − η v (Nesterov: θ − η (g + μ v)).</summary>
/// <remarks>As <c>torch.optim.SGD</c> with dampening 0; the learning rate multiplies the step, not the memory.</remarks>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum, _weightDecay;
    private readonly bool _nesterov;
    private readonly Tensor[]? _velocities;

    /// <summary>An optimiser of these parameters, at rest.</summary>
    /// <param name="parameters">Names and parameters.</param>
    /// <param name="momentum">μ in [0,1).</param>
    /// <param name="weightDecay">At least 0.</param>
    /// <param name="nesterov">Whether the step looks ahead.</param>
    public Sgd(IReadOnlyList<(string Name, Parameter Parameter)> parameters, double momentum = 0.9, double weightDecay = 0, bool nesterov = false)
        : base(parameters)
    {
        (_momentum, _weightDecay, _nesterov) = (momentum, weightDecay, nesterov);
        if (momentum > 0) _velocities = Remember("momentum");
    }

    /// <inheritdoc/>
    protected override void Update(int index, Parameter parameter, Tensor gradient, double learningRate)
    {
        if (_weightDecay > 0) gradient = gradient.add(parameter, _weightDecay);
        if (_velocities is not null)
        {
            var velocity = _velocities[index].mul_(_momentum).add_(gradient);
            gradient = _nesterov ? gradient.add(velocity, _momentum) : velocity;
        }
        parameter.add_(gradient, -learningRate);
    }
}
