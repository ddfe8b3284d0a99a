using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Numbers of points beside images.</summary>
internal static class PerPoint
{
    /// <summary>[B] as [B,1,…,1], to be combined with [B,…].</summary>
    internal static Tensor Spread(Tensor values, Tensor like) =>
        values.view([values.shape[0], .. Enumerable.Repeat(1L, like.shape.Length - 1)]);

    /// <summary>How many coordinates one point has.</summary>
    internal static long Coordinates(Tensor images) => images.shape.Skip(1).Aggregate(1L, (product, size) => product * size);

    /// <summary>All numbers of a tensor in double precision, in row order.</summary>
    internal static double[] Numbers(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to(ScalarType.Float64).Values<double>();
    }

    /// <summary>Writes the rows [b,…] of the points that a mask [b] selects into those of <paramref name="to"/>: at <paramref name="positions"/> [b], or at the same places where that is null.</summary>
    internal static void Put(Tensor to, Tensor mask, Tensor rows, Tensor? positions = null)
    {
        using var scope = NewDisposeScope();
        if (to.device.type == DeviceType.CPU)
        {
            var which = mask.nonzero().squeeze(1); // mostly few
            if (which.shape[0] > 0) to.index_copy_(0, positions is null ? which : positions.index_select(0, which), rows.index_select(0, which));
            return;
        }
        // without waiting for the device
        var all = where(Spread(mask, rows), rows, positions is null ? to : to.index_select(0, positions));
        _ = positions is null ? to.copy_(all) : to.index_copy_(0, positions, all);
    }

    /// <summary>Positions as a tensor to select with [n].</summary>
    internal static Tensor Index(IEnumerable<int> positions, Device device) => tensor(positions.Select(i => (long)i).ToArray(), device: device);
}
