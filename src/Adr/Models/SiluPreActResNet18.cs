namespace Adr.Models;

/// <summary>The pre-activation ResNet-18 with SiLU (<see cref="SiluNetwork"/>) for 32×32 images; latent
/// [B,512].</summary>
/// <remarks>Rebuffi et al. (2021), Rade and Moosavi-Dezfooli (2021), Gowal et al. (2021); maps of 32→32→16→8→4, widths
/// 64, 128, 256, 512 in four groups of two blocks. Parameters are named <c>conv_2d.weight</c>,
/// <c>layer_0.0.batchnorm_0.weight</c>, …, <c>logits.bias</c>.</remarks>
public sealed class SiluPreActResNet18 : SiluNetwork
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    public SiluPreActResNet18(long seed, int classes = 10) : base(
        "silu-preact-resnet-18", classes, seed, isWide: false, 64, [(64, 1, 2), (128, 2, 2), (256, 2, 2), (512, 2, 2)])
    {
    }
}
