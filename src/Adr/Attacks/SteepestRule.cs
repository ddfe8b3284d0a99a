using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>α times the unit step that a threat model's norm allows.</summary>
internal sealed class SteepestRule(ThreatModel threat, double stepSize) : IStepRule
{
    public Tensor Step(Tensor gradient, Tensor x) => stepSize * threat.AscentDirection(gradient, x);

    public void Select(Tensor left)
    {
    }

    public void Dispose()
    {
    }
}
