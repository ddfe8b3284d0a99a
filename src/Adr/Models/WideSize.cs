using System.Text.RegularExpressions;

namespace Adr.Models;

/// <summary>The size of a wide residual network (Zagoruyko and Komodakis 2016): a stem of 16 channels, and three groups
/// of (depth − 4)/6 blocks with 16, 32 and 64 times the width.</summary>
internal readonly partial record struct WideSize(int Depth, int Width)
{
    private const double MostWeights = 1 << 30; // 4 GiB

    /// <summary>The blocks of a group.</summary>
    internal int Blocks => (Depth - 4) / 6;

    /// <summary>The groups' output channels and the strides of their first blocks.</summary>
    internal (long Outward, long Stride)[] Groups => [(16L * Width, 1), (32L * Width, 2), (64L * Width, 2)];

    /// <summary>How many weights the convolutions have: nearly all of the network's.</summary>
    internal double Weights
    {
        get
        {
            var (inward, sum) = (16.0, 3 * 16 * 9.0);
            foreach (var (outward, _) in Groups)
            {
                var shortcut = inward == outward ? 0 : inward * outward;
                sum += 9.0 * outward * (inward + outward) + shortcut + (Blocks - 1) * 18.0 * outward * outward;
                inward = outward;
            }
            return sum;
        }
    }

    /// <summary>The family and the size in a name such as "wide-resnet-34-10"; null for another name.</summary>
    internal static (string Family, WideSize Size)? Of(string architecture) =>
        NamePattern().Match(architecture) is { Success: true } match
            ? (match.Groups["family"].Value,
                new(int.Parse(match.Groups["depth"].Value), int.Parse(match.Groups["width"].Value)))
            : null;

    /// <summary>The size, where a network can have it.</summary>
    /// <exception cref="ArgumentException">The depth is not 6n + 4, or the width is below 1, or the network would have
    /// more than 2³⁰ weights.</exception>
    internal WideSize Checked()
    {
        if (Depth < 10 || Depth % 6 != 4)
            throw new ArgumentException(
                $"A wide residual network has 6n + 4 layers, n ≥ 1 (10, 16, 22, 28, 34, …), not {Depth}.", "depth");
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1, "width");
        return Weights is > MostWeights and var weights
            ? throw new ArgumentException($"A wide residual network of depth {Depth} and width {Width} would have "
                + $"{weights:0.0e+0} weights; at most {MostWeights:0.0e+0} are possible.", "width")
            : this;
    }

    [GeneratedRegex("^(?<family>[a-z-]+)-(?<depth>[0-9]{1,4})-(?<width>[0-9]{1,3})\\z")]
    private static partial Regex NamePattern();
}
