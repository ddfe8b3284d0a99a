using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Adam's ascent (Kingma and Ba 2015, algorithm 1), with moments for each example.</summary>
internal sealed class AdamAscent(AttackContext context, Tensor like, double learningRate)
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly ExampleState _mean = context.Keep(zeros_like(like));
    private readonly ExampleState _square = context.Keep(zeros_like(like));
    private int _steps;

    /// <summary>The step [b,…] for a gradient [b,…].</summary>
    internal Tensor Step(Tensor gradient)
    {
        _steps++;
        _mean.Rows.mul_(Beta1).add_((1 - Beta1) * gradient);
        _square.Rows.mul_(Beta2).add_((1 - Beta2) * gradient * gradient);
        var mean = _mean.Rows / (1 - Math.Pow(Beta1, _steps));
        var square = _square.Rows / (1 - Math.Pow(Beta2, _steps));
        return learningRate * mean / (square.sqrt() + Epsilon);
    }
}
