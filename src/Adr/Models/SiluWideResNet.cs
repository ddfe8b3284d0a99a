namespace Adr.Models;

/// <summary>The wide residual network with SiLU (<see cref="SiluNetwork"/>) for 32×32 images, by default 28-10; latent
/// [B,64·width].</summary>
/// <remarks>Gowal et al. (2020), Rebuffi et al. (2021), Wang et al. (2023) and others; maps of 32→32→16→8, widths 16,
/// 16·w, 32·w, 64·w in three groups of (depth − 4)/6 blocks. Parameters are named <c>init_conv.weight</c>,
/// <c>layer.0.block.0.batchnorm_0.weight</c>, …, <c>logits.bias</c>.</remarks>
public sealed class SiluWideResNet : SiluNetwork
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    /// <param name="depth">6n + 4 layers, n ≥ 1. Default 28.</param>
    /// <param name="width">How many times wider than a plain residual network, at least 1. Default 10.</param>
    /// <exception cref="ArgumentException">The depth is not 6n + 4, or the width is below 1, or the network would have
    /// more than 2³⁰ weights.</exception>
    public SiluWideResNet(long seed, int classes = 10, int depth = 28, int width = 10) : base(
        $"silu-wide-resnet-{depth}-{width}", classes, seed, isWide: true, 16, Groups(new WideSize(depth, width)))
    {
    }

    private static (long, long, int)[] Groups(WideSize size) =>
        [.. size.Checked().Groups.Select(group => (group.Outward, group.Stride, size.Blocks))];
}
