using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>Reads labelled images from a safetensors file, such as one that was written from Python.</summary>
/// <remarks>The file holds <c>images</c> [N,C,H,W], floating-point in [0,1] or uint8 in 0 … 255, and <c>labels</c> [N],
/// whole numbers from 0. Other tensors are not looked at.</remarks>
public static class DatasetFile
{
    private const string Expected = "Expected are images [N,C,H,W], floating-point in [0,1] or uint8 in 0 … 255, and "
        + "labels [N], int64.";

    /// <summary>Reads a file. The classes are named by their numbers.</summary>
    /// <param name="path">The file; its name becomes the data set's.</param>
    /// <param name="classes">The number of classes K.</param>
    /// <returns>Images [N,C,H,W], float32 in [0,1]; bytes are divided by 255.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or does not hold such images and labels.</exception>
    public static Dataset Read(string path, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        using var scope = NewDisposeScope();
        var (tensors, _) = Safetensors.Read(path);
        try
        {
            var (images, labels) = (Tensor("images"), Tensor("labels"));
            if (images.dtype == ScalarType.Byte) images = images.to(ScalarType.Float32) / 255;
            else if (images.is_floating_point()) images = images.to(ScalarType.Float32);
            if (labels.is_integral() && labels.dtype != ScalarType.Bool) labels = labels.to(ScalarType.Int64);
            return new Dataset(Path.GetFileName(path), images, labels,
                [.. Enumerable.Range(0, classes).Select(number => $"{number}")]);
        }
        catch (Exception fault) when (fault is InvalidDataException or ArgumentException)
        {
            var what = fault is ArgumentException { ParamName: { } name }
                ? fault.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
                : fault.Message;
            throw new InvalidDataException($"'{path}' is no data set. {what} {Expected}", fault);
        }

        Tensor Tensor(string name) => tensors.TryGetValue(name, out var found)
            ? found
            : throw new InvalidDataException($"It has no tensor \"{name}\".");
    }
}
