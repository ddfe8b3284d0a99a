using Adr.Attacks;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>How the attack within one training step runs.</summary>
/// <param name="Epsilon">Its radius at this step, in [0,1] pixel units; the step size shrinks along with it.</param>
/// <param name="Seeds">Its noise, one index per point.</param>
/// <param name="Type">What it computes in: Float32 or BFloat16.</param>
/// <param name="Cancellation">Stops it between two of its steps.</param>
/// <param name="Epoch">The epoch of this step, from 1.</param>
/// <param name="Carried">What goes from one step of the epoch to the next; null where nobody keeps it.</param>
public sealed record InnerAttack(
    double Epsilon, ExampleSeeds Seeds, ScalarType Type = ScalarType.Float32, CancellationToken Cancellation = default, int Epoch = 1, Carried? Carried = null);
