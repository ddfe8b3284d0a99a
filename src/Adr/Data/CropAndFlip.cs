using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>The usual augmentation of CIFAR: each image is shifted within a black border and, every second time,
/// mirrored.</summary>
/// <remarks>The authors' on CIFAR: padding 4 on every side, a crop of the image's own size, a horizontal flip. What
/// happens to an image is a function of its seed alone, not of its batch.</remarks>
public sealed record CropAndFlip
{
    /// <summary>How many black pixels are put on every side before the crop, at least 0. Default 4.</summary>
    public int Padding { get; init; } = 4;

    /// <summary>Whether an image is mirrored left to right with probability ½. Default true.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>New images of the same examples.</summary>
    /// <param name="images">[B,C,H,W].</param>
    /// <param name="seeds">One row per example; <see cref="ExampleSeeds.Fork"/> it by the epoch, so that each epoch
    /// sees other crops.</param>
    /// <returns>[B,C,H,W], of the same type and on the same device.</returns>
    /// <exception cref="ArgumentException">The shape is not [B,C,H,W] with B rows of seeds, or <see cref="Padding"/> is
    /// negative.</exception>
    public Tensor Apply(Tensor images, ExampleSeeds seeds)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(seeds);
        if (Padding < 0) throw new ArgumentException($"Padding is {Padding}; it must not be negative.");
        if (images.shape is not [var count, var channels, var height, var width] || count != seeds.Indices.Length)
            throw new ArgumentException($"Images must be [B,C,H,W] with one seed per image, not "
                + $"[{string.Join(",", images.shape)}] with {seeds.Indices.Length} seeds.", nameof(images));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var draws = seeds.Uniform([count, 3], 0, 1, images.device); // [B,3]
        // [B,2], each 0 … 2·padding
        var corners = (draws.narrow(1, 0, 2) * (2 * Padding + 1)).floor().to(ScalarType.Int64).clamp_(0, 2 * Padding);
        var mirrored = Flip // [B,1]
            ? draws.narrow(1, 2, 1).lt(0.5).to(ScalarType.Int64)
            : zeros([count, 1], ScalarType.Int64, images.device);
        var across = arange(width, ScalarType.Int64, images.device).view(1, width);
        var down = arange(height, ScalarType.Int64, images.device).view(1, height);
        var columns = corners.narrow(1, 1, 1) + across + mirrored * (width - 1 - 2 * across); // [B,W]
        var rows = corners.narrow(1, 0, 1) + down; // [B,H]
        var bordered = nn.functional.pad(images.detach(), [Padding, Padding, Padding, Padding]); // [B,C,H+2p,W+2p]
        return bordered
            .gather(2, rows.view(count, 1, height, 1).expand(count, channels, height, width + 2 * Padding))
            .gather(3, columns.view(count, 1, 1, width).expand(count, channels, height, width))
            .MoveToOuterDisposeScope();
    }
}
