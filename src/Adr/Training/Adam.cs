using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Adam (Kingma and Ba 2015, algorithm 1): steps scaled by running means of the gradient and of its square.</summary>
/// <remarks>As <c>torch.optim.Adam</c> without amsgrad; weight decay is added to the gradient.</remarks>
public sealed class Adam : Optimizer
{
    private readonly double _beta1, _beta2, _epsilon, _weightDecay;
    private readonly Tensor[] _means, _squares;

    /// <summary>An optimiser of these parameters, at rest.</summary>
    /// <param name="parameters">Names and parameters.</param>
    /// <param name="beta1">Decay of the mean, in [0,1).</param>
    /// <param name="beta2">Decay of the mean square, in [0,1).</param>
    /// <param name="epsilon">Greater than 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public Adam(IReadOnlyList<(string Name, Parameter Parameter)> parameters, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters)
    {
        (_beta1, _beta2, _epsilon, _weightDecay) = (beta1, beta2, epsilon, weightDecay);
        (_means, _squares) = (Remember("mean"), Remember("square"));
    }

    /// <inheritdoc/>
    protected override void Update(int index, Parameter parameter, Tensor gradient, double learningRate)
    {
        if (_weightDecay > 0) gradient = gradient.add(parameter, _weightDecay);
        _means[index].mul_(_beta1).add_(gradient, 1 - _beta1);
        _squares[index].mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
        var correction1 = 1 - Math.Pow(_beta1, Steps); // both means start at 0
        var correction2 = 1 - Math.Pow(_beta2, Steps);
        var deviation = _squares[index].sqrt().div_(Math.Sqrt(correction2)).add_(_epsilon);
        parameter.addcdiv_(_means[index], deviation, -learningRate / correction1);
    }
}
