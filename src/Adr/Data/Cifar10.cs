using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>CIFAR-10 (Krizhevsky 2009): 32×32 colour images of ten classes, pixels in [0,1], from the files of its binary version.</summary>
public static class Cifar10
{
    private const int Pixels = 3 * 32 * 32, Record = 1 + Pixels; // a label, then red, green and blue planes

    private static readonly string[] Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Where <see cref="Load"/> looks when it is told no folder: <c>$ADR_DATA/cifar-10-batches-bin</c>; null where that variable is not set.</summary>
    public static string? DefaultFolder =>
        Environment.GetEnvironmentVariable("ADR_DATA") is { Length: > 0 } data ? Path.Combine(data, "cifar-10-batches-bin") : null;

    /// <summary>The training and the test images of a folder; a partial set, with some of the five training files, is taken as it is.</summary>
    /// <param name="folder">Holds <c>data_batch_1.bin</c> … <c>data_batch_5.bin</c>, at least one of them, and <c>test_batch.bin</c>; null for <see cref="DefaultFolder"/>.</param>
    /// <returns>Images [N,3,32,32], float32 in [0,1], in the order of the files; the name says how many when it is not all 50,000 or 10,000.</returns>
    /// <exception cref="FileNotFoundException">There is no folder, or a file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not a whole number of records, or a label is above 9.</exception>
    public static (Dataset Train, Dataset Test) Load(string? folder = null)
    {
        var place = folder ?? DefaultFolder ?? throw new FileNotFoundException(
            "CIFAR-10 is not here: set ADR_DATA to a folder with cifar-10-batches-bin in it. https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz has that folder.");
        var parts = Enumerable.Range(1, 5).Select(i => Path.Combine(place, $"data_batch_{i}.bin")).Where(File.Exists).ToList();
        var test = Path.Combine(place, "test_batch.bin");
        if (parts.Count == 0 || !File.Exists(test))
            throw new FileNotFoundException($"{place} must hold test_batch.bin and at least one of data_batch_1.bin … data_batch_5.bin; {(parts.Count == 0 ? "there is no data_batch" : "test_batch.bin is missing")}.");
        return (Read("CIFAR-10 train", parts, 50_000), Read("CIFAR-10 test", [test], 10_000));
    }

    private static Dataset Read(string name, List<string> files, int all)
    {
        using var scope = NewDisposeScope();
        var records = cat([.. files.Select(Records)], 0);                                                // [N,3073], bytes
        var images = records.narrow(1, 1, Pixels).to(ScalarType.Float32).div_(255).view(-1, 3, 32, 32);
        var labels = records.narrow(1, 0, 1).squeeze(1).to(ScalarType.Int64);
        var count = records.shape[0];
        return new Dataset(count == all ? name : $"{name} ({count} of {all})", images, labels, Names);
    }

    private static Tensor Records(string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0 || bytes.Length % Record != 0)
            throw new InvalidDataException($"{file} has {bytes.Length} bytes; expected a whole number of records of {Record}. It is cut short or no CIFAR-10 file of the binary version.");
        for (var i = 0; i < bytes.Length; i += Record)
            if (bytes[i] > 9) throw new InvalidDataException($"{file}: the label of record {i / Record} is {bytes[i]}; expected 0 to 9.");
        return tensor(bytes, [bytes.Length / Record, Record], ScalarType.Byte);
    }
}
