using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>What a defence made of one batch. All tensors belong to the dispose scope it was computed in.</summary>
/// <param name="Total">Scalar: the sum of the terms, to be differentiated.</param>
/// <param name="Terms">The summands by name, each times its weight.</param>
/// <param name="CleanLogits">[B,K] of x; null where the model is not shown x.</param>
/// <param name="AdversarialLogits">[B,K] of x'; null without attack.</param>
/// <param name="Latent">z, [B,D]; z' where the model is not shown x.</param>
/// <param name="AdversarialLatent">z', [B,D]; null without attack.</param>
public sealed record BatchLoss(
    Tensor Total,
    IReadOnlyDictionary<string, Tensor> Terms,
    Tensor? CleanLogits,
    Tensor? AdversarialLogits,
    Tensor Latent,
    Tensor? AdversarialLatent);
