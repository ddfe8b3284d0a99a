using System.Collections.Concurrent;

namespace Adr.Data;

/// <summary>The data sets by name.</summary>
public static class DataSets
{
    private static readonly
        Dictionary<string, (int Classes, Func<(Dataset Train, Dataset Test)> Load, Func<string?> Missing)> All
            = new(StringComparer.Ordinal)
    {
        ["mnist-10k"] = (10, Mnist.Embedded, () => null),
        ["mnist"] = (10, () => Mnist.Full(), () => Mnist.Missing()),
        ["fashion-mnist"] = (10, () => FashionMnist.Load(), () => FashionMnist.Missing()),
        ["cifar-10"] = (10, () => Cifar10.Load(), () => Cifar10.Missing()),
        ["cifar-100"] = (100, () => Cifar100.Load(), () => Cifar100.Missing()),
        ["gratings-10"] = (10, () => Gratings.Load(2000, 500), () => null),
        ["gratings-100"] = (100, () => Gratings.Load(2000, 500, 100), () => null),
        ["moons"] = (2, () => Parts(ToyPoints.Moons(1500)), () => null),
        ["circles"] = (2, () => Parts(ToyPoints.Circles(1500)), () => null),
        ["blobs"] = (3, () => Parts(ToyPoints.Blobs(1500)), () => null),
    };

    private static readonly ConcurrentDictionary<(string, string?), Lazy<(Dataset Train, Dataset Test)>> Loaded = new();

    /// <summary>The names that <see cref="Load"/> knows. "mnist-10k" comes with the library, the gratings and
    /// the points in the plane (moons, circles, blobs) are generated; the others must lie on this machine.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>The training and the test images of a data set. The caller disposes both.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>Images [N,C,H,W], float32 in [0,1].</returns>
    /// <exception cref="ArgumentException">No data set has this name.</exception>
    /// <exception cref="IOException">It is not on this machine; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static (Dataset Train, Dataset Test) Load(string name)
    {
        var load = Find(name).Load;
        // read once for each folder that ADR_DATA may name, and kept: every caller gets views of the same memory
        var (train, test) = Loaded.GetOrAdd((name, DataFolder.Named),
            _ => new(load, LazyThreadSafetyMode.PublicationOnly)).Value;
        return (train.Take(train.Count), test.Take(test.Count));
    }

    /// <summary>What is wrong with the folder that <c>ADR_DATA</c> names: it does not exist, is a file or cannot be
    /// looked into. Null where nothing is wrong, or the variable is not set.</summary>
    public static string? FolderProblem => DataFolder.NamedProblem;

    /// <summary>What of a data set this machine lacks, and how to get it; null where it is complete.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">No data set has this name.</exception>
    public static string? Missing(string name) => Find(name).Missing();

    /// <summary>The number of classes of a data set, which need not be on this machine.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">No data set has this name.</exception>
    public static int Classes(string name) => Find(name).Classes;

    // of one set, so that both parts have one scale
    private static (Dataset Train, Dataset Test) Parts(Dataset points)
    {
        using (points) return (points.Take(1000), points.Slice(1000, points.Count - 1000));
    }

    private static (int Classes, Func<(Dataset Train, Dataset Test)> Load, Func<string?> Missing) Find(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return All.TryGetValue(name, out var found) ? found : throw new ArgumentException(
            $"There is no data set \"{name}\".{ClosestName.Suggest(name, Names)} Choose one of "
                + $"{string.Join(", ", Names)}.", nameof(name));
    }
}
