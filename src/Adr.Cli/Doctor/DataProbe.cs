using Adr.Data;

namespace Adr.Cli.Doctor;

/// <summary>Looks for the data sets: the one that comes with the library, and those that <c>ADR_DATA</c> holds.</summary>
public static class DataProbe
{
    /// <summary>Every known data set, complete or not.</summary>
    public static IReadOnlyList<DataSetFacts> Look() => [Embedded(), FullMnist(Mnist.DefaultFolder), Fashion(FashionMnist.DefaultFolder), Cifar("CIFAR-10", Cifar10.DefaultFolder, Cifar10.Missing(), 3073), Cifar("CIFAR-100", Cifar100.DefaultFolder, Cifar100.Missing(), 3074)];

    /// <summary>All of MNIST in <paramref name="folder"/>: complete when all four files are there with the content they must have.</summary>
    public static DataSetFacts FullMnist(string folder)
    {
        IReadOnlyList<string> problems;
        try
        {
            problems = Mnist.Problems(folder);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new DataSetFacts("MNIST", folder, "partial", 0, 0, [unreadable.Message]);
        }

        var state = problems.Count == 0 ? "complete" : Mnist.Files.Any(file => Find(folder, file.Name) is not null) ? "partial" : "absent";
        return new DataSetFacts("MNIST", folder, state, Count(folder, "train-labels-idx1-ubyte"), Count(folder, "t10k-labels-idx1-ubyte"), problems);
    }

    /// <summary>A CIFAR set in <paramref name="folder"/>: what can be used is counted.</summary>
    public static DataSetFacts Cifar(string name, string folder, string? missing, int record)
    {
        if (missing is not null) return new DataSetFacts(name, folder, "absent", 0, 0, [missing]);
        var files = Directory.GetFiles(folder, "*.bin").ToLookup(file => Path.GetFileName(file).StartsWith("test", StringComparison.Ordinal), file => (int)(new FileInfo(file).Length / record));
        return new DataSetFacts(name, folder, files[false].Sum() == 50_000 ? "complete" : "a part of it", files[false].Sum(), files[true].Sum(), []);
    }

    private static DataSetFacts Fashion(string folder)
    {
        var problems = FashionMnist.Problems(folder);
        return new DataSetFacts("Fashion-MNIST", folder, problems.Count == 0 ? "complete" : "absent", Count(folder, "train-labels-idx1-ubyte"), Count(folder, "t10k-labels-idx1-ubyte"), problems);
    }

    private static DataSetFacts Embedded()
    {
        var (train, test) = Mnist.Embedded();
        using (train)
        using (test)
        {
            return new DataSetFacts("MNIST-10k", "inside Adr.dll", "complete", train.Count, test.Count, []);
        }
    }

    // Labels, for they are small; a damaged file holds nothing that can be used.
    private static int Count(string folder, string name)
    {
        var path = Find(folder, name);
        try
        {
            return path is null ? 0 : IdxReader.Read(path).Shape[0];
        }
        catch (InvalidDataException)
        {
            return 0; // FullMnist names it among the missing, with what is wrong
        }
    }

    private static string? Find(string folder, string name) =>
        new[] { name + ".gz", name }.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}
