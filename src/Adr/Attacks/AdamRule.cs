using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Adam's ascent (Kingma and Ba 2015, algorithm 1), with its moments for each point.</summary>
internal sealed class AdamRule(Tensor like, double learningRate) : IStepRule
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly PointState _mean = new(zeros_like(like));
    private readonly PointState _square = new(zeros_like(like));
    private int _steps;

    public Tensor Step(Tensor gradient, Tensor x)
    {
        _steps++;
        _mean.Rows.mul_(Beta1).add_((1 - Beta1) * gradient);
        _square.Rows.mul_(Beta2).add_((1 - Beta2) * gradient * gradient);
        var (mean, square) = (_mean.Rows / (1 - Math.Pow(Beta1, _steps)), _square.Rows / (1 - Math.Pow(Beta2, _steps)));
        return learningRate * mean / (square.sqrt() + Epsilon);
    }

    public void Select(Tensor left)
    {
        _mean.Select(left);
        _square.Select(left);
    }

    public void Dispose()
    {
        _mean.Dispose();
        _square.Dispose();
    }
}
