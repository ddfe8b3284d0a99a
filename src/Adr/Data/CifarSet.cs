using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>A data set in CIFAR's binary form: files of records, each some label bytes and the red, green and blue
/// plane of a 32×32 image.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Folder">The folder inside the archive, and the one that is looked for.</param>
/// <param name="Archive">The name of the official archive.</param>
/// <param name="Sha256">Its SHA-256.</param>
/// <param name="LabelCounts">How many classes each label byte of a record tells apart.</param>
/// <param name="TrainFiles">The files of the training set, in order; some may be missing.</param>
/// <param name="TestFile">The file of the test set.</param>
internal sealed record CifarSet(
    string Name,
    string Folder,
    string Archive,
    string Sha256,
    IReadOnlyList<int> LabelCounts,
    IReadOnlyList<string> TrainFiles,
    string TestFile)
{
    private const int Pixels = 3 * 32 * 32, TrainCount = 50_000, TestCount = 10_000;

    private int Record => LabelCounts.Count + Pixels;

    /// <summary>Where it is looked for when no folder is named.</summary>
    internal string DefaultFolder => DataFolder.Of(Folder);

    /// <summary>Why a folder cannot be read, and how it is mended; null where nothing is missing.</summary>
    internal string? Missing(string place)
    {
        var any = TrainFiles.Any(file => File.Exists(Path.Combine(place, file)));
        var test = File.Exists(Path.Combine(place, TestFile));
        if (any && test) return null;
        var training = TrainFiles.Count == 1 ? TrainFiles[0] : $"any of {TrainFiles[0]} … {TrainFiles[^1]}";
        return $"{place} lacks "
            + $"{string.Join(" and ", new[] { any ? null : training, test ? null : TestFile }.OfType<string>())}. "
            + $"Unpack https://www.cs.toronto.edu/~kriz/{Archive} (about 160 MB) and let ADR_DATA name the folder in "
            + $"which {Folder}/ then lies, or call "
            + $"{Name.Replace("CIFAR-", "Cifar", StringComparison.Ordinal)}.Download().";
    }

    /// <summary>The training and the test images, with the labels of one label byte.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not a whole number of records, or has a label out of
    /// range.</exception>
    internal (Dataset Train, Dataset Test) Load(string? folder, int label, IReadOnlyList<string> classes)
    {
        var place = folder ?? DefaultFolder;
        if (folder is null && DataFolder.Named is null && Missing(place) is not null)
            Download(place, [], null, default);
        if (Missing(place) is { } problem) throw new FileNotFoundException($"{Name} is not complete here: {problem}");
        var parts = TrainFiles.Select(file => Path.Combine(place, file)).Where(File.Exists);
        return (Read($"{Name} train", parts, label, classes, TrainCount), Read($"{Name} test",
            [Path.Combine(place, TestFile)], label, classes, TestCount));
    }

    /// <summary>Fetches the archive and unpacks the files that are read.</summary>
    internal void Download(
        string folder,
        IReadOnlyList<string> mirrors,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        if (mirrors.Count == 0) mirrors = ["https://www.cs.toronto.edu/~kriz/"];
        var packed = Path.Combine(folder, Archive);
        if (!File.Exists(packed) || Problem(packed) is not null)
        {
            var addresses = mirrors.Select(mirror => new Uri($"{mirror.TrimEnd('/')}/{Archive}")).ToList();
            new ResumableDownload().Fetch(addresses, packed, Problem, progress, cancellation).GetAwaiter().GetResult();
        }
        Unpack(packed, folder, cancellation);
        File.Delete(packed);
    }

    private string? Problem(string archive)
    {
        using var file = File.OpenRead(archive);
        var found = Convert.ToHexStringLower(SHA256.HashData(file));
        return found == Sha256 ? null : $"{Archive} has SHA-256 {found}, expected {Sha256}";
    }

    private void Unpack(string packed, string folder, CancellationToken cancellation)
    {
        using var file = File.OpenRead(packed);
        using var plain = new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(plain);
        while (archive.GetNextEntry() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = Path.GetFileName(entry.Name);
            if (entry.DataStream is null || name != TestFile && !TrainFiles.Contains(name)) continue;
            var target = Path.Combine(folder, name);
            entry.ExtractToFile(target + ".part", overwrite: true);
            File.Move(target + ".part", target, overwrite: true);
        }
    }

    private Dataset Read(string name, IEnumerable<string> files, int label, IReadOnlyList<string> classes, int all)
    {
        using var scope = NewDisposeScope();
        var records = cat([.. files.Select(Records)], 0); // [N,labels+3072], bytes
        // [N,3,32,32]
        var images = records.narrow(1, LabelCounts.Count, Pixels).to(ScalarType.Float32).div_(255).view(-1, 3, 32, 32);
        var labels = records.narrow(1, label, 1).squeeze(1).to(ScalarType.Int64); // [N]
        var count = records.shape[0];
        return new Dataset(count == all ? name : $"{name} ({count} of {all})", images, labels, classes);
    }

    private Tensor Records(string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0 || bytes.Length % Record != 0)
            throw new InvalidDataException($"{file} has {bytes.Length} bytes; expected a whole number of records of "
                + $"{Record}. It is cut short or no {Name} file of the binary version.");
        for (var start = 0; start < bytes.Length; start += Record)
            for (var i = 0; i < LabelCounts.Count; i++)
                if (bytes[start + i] >= LabelCounts[i])
                    throw new InvalidDataException($"{file}: the label of record {start / Record} is "
                        + $"{bytes[start + i]}; expected 0 to {LabelCounts[i] - 1}.");
        return tensor(bytes, [bytes.Length / Record, Record], ScalarType.Byte);
    }
}
