using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>One of the steps that a network is a chain of.</summary>
/// <param name="Name">Its name, such as "fc1".</param>
/// <param name="Apply">From what the stage before it gave to its own output, [B,…].</param>
public sealed record Stage(string Name, Func<Tensor, Tensor> Apply);
