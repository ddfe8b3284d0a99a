using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>How a gradient becomes a step, with what a rule remembers of each point.</summary>
internal interface IStepRule : IDisposable
{
    /// <summary>The step [b,…].</summary>
    /// <param name="gradient">[b,…].</param>
    /// <param name="x">Where the step starts [b,…].</param>
    Tensor Step(Tensor gradient, Tensor x);

    /// <summary>Keeps what it remembers of some of the points.</summary>
    /// <param name="left">Which [b'].</param>
    void Select(Tensor left);
}
