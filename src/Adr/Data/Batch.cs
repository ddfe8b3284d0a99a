using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>Some examples of a data set, as a network takes them.</summary>
/// <param name="Images">[B,C,H,W], float32 in [0,1].</param>
/// <param name="Labels">[B], int64 in [0, classes).</param>
/// <param name="Indices">B positions in the data set that the batch was cut from. They seed the noise of attacks, so
/// that an example gets the same noise in every batch.</param>
/// <remarks>The tensors belong to the dispose scope that is open when the batch is made; <see cref="Dispose"/> frees
/// them sooner.</remarks>
public sealed record Batch(Tensor Images, Tensor Labels, long[] Indices) : IDisposable
{
    /// <summary>The number of examples, B.</summary>
    public int Count => Indices.Length;

    /// <summary>This batch on a device; the batch itself when it is there already.</summary>
    /// <param name="device">Where the tensors shall be.</param>
    public Batch To(Device device) =>
        Images.device_type == device.type && (device.index < 0 || Images.device_index == device.index)
            ? this
            : new Batch(Images.to(device), Labels.to(device), Indices);

    /// <summary>Frees images and labels.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
