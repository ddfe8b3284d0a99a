using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>Data of your own in MNIST's form: an IDX file of grey images and one of labels, plain or gzip.</summary>
public static class IdxDataset
{
    /// <summary>Reads the images of one file and the labels of another.</summary>
    /// <param name="name">What reports call the data set, such as "Kuzushiji train".</param>
    /// <param name="images">The path of a file of N×H×W bytes, N, H and W at least 1.</param>
    /// <param name="labels">The path of a file of N bytes, each below the number of
    /// <paramref name="classNames"/>.</param>
    /// <param name="classNames">One name per class.</param>
    /// <returns>Images [N,1,H,W], float32 in [0,1].</returns>
    /// <exception cref="InvalidDataException">A file is damaged, or is not of this shape.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public static Dataset Load(string name, string images, string labels, IReadOnlyList<string> classNames)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(classNames);
        return Combine(name, (IdxReader.Read(images), images), (IdxReader.Read(labels), labels), classNames);
    }

    /// <summary>Images and labels as a data set.</summary>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    internal static Dataset Combine(
        string name,
        (IdxArray Array, string Source) images,
        (IdxArray Array, string Source) labels,
        IReadOnlyList<string> classes)
    {
        Check(images, labels, classes);
        using var scope = NewDisposeScope();
        var (count, height, width) = (images.Array.Shape[0], images.Array.Shape[1], images.Array.Shape[2]);
        // [N,1,H,W] in [0,1]
        var pixels = tensor(images.Array.Values, [count, 1, height, width]).to_type(ScalarType.Float32).div_(255);
        var numbers = tensor(labels.Array.Values, [count]).to_type(ScalarType.Int64); // [N]
        return new Dataset(name, pixels, numbers, classes);
    }

    /// <summary>Checks that images and labels belong together.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    internal static void Check(
        (IdxArray Array, string Source) images,
        (IdxArray Array, string Source) labels,
        IReadOnlyList<string> classes)
    {
        if (images.Array.Shape is not [> 0 and var count, > 0, > 0])
            throw new InvalidDataException($"{images.Source} holds {Shape(images.Array)} bytes; expected images, "
                + "N×height×width with N ≥ 1.");
        if (labels.Array.Shape is not [var labelled] || labelled != count)
            throw new InvalidDataException($"{labels.Source} holds {Shape(labels.Array)} labels for the {count} images "
                + $"of {images.Source}. The two files do not belong together.");
        var wrong = Array.FindIndex(labels.Array.Values, label => label >= classes.Count);
        if (wrong >= 0)
            throw new InvalidDataException($"{labels.Source} holds label {labels.Array.Values[wrong]} at position "
                + $"{wrong}; expected 0 to {classes.Count - 1}.");
    }

    /// <summary>The sizes of an array, as messages have them.</summary>
    internal static string Shape(IdxArray array) => string.Join("×", array.Shape);
}
