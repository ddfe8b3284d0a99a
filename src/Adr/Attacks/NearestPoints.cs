using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>For each point of a batch the nearest adversarial image that was found.</summary>
/// <param name="Images">[B,C,H,W], in the box: misclassified, each checked; the clean image where it is wrong as it is, or where nothing was found.</param>
/// <param name="Distance">[B]: its distance from the clean image in the attack's norm; 0 where that is wrong as it is, +∞ where nothing was found.</param>
public sealed record NearestPoints(Tensor Images, Tensor Distance);
