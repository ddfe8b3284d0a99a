using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>A file of a CIFAR set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">The images that the original has.</param>
/// <param name="Sha1">The SHA-1 of the original, as MXNet publishes it.</param>
internal sealed record CifarFile(string Name, int Count, string Sha1);

/// <summary>A data set in CIFAR's binary form: files of records, each some label bytes and the red, green and blue
/// plane of a 32×32 image.</summary>
/// <remarks>A part of the set is read as it is, and so are files that are not the author's, with the records in another
/// order for example. The name of the data set says so.</remarks>
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
    IReadOnlyList<CifarFile> TrainFiles,
    CifarFile TestFile)
{
    private const int Pixels = 3 * 32 * 32;
    private const long LongestDownload = 256 << 20; // half as long again as the archives

    // Archives of the other versions, and their folders.
    private static readonly (string Name, string Language)[] OtherVersions =
    [
        ("cifar-10-python.tar.gz", "Python"), ("cifar-10-batches-py", "Python"),
        ("cifar-10-matlab.tar.gz", "MATLAB"), ("cifar-10-batches-mat", "MATLAB"),
        ("cifar-100-python.tar.gz", "Python"), ("cifar-100-python", "Python"),
        ("cifar-100-matlab.tar.gz", "MATLAB"), ("cifar-100-matlab", "MATLAB"),
    ];

    /// <summary>Where it is looked for when no folder is named.</summary>
    internal string DefaultFolder => DataFolder.Of(Folder);

    private IReadOnlyList<CifarFile> Files => [.. TrainFiles, TestFile];

    private int Record => LabelCounts.Count + Pixels;

    /// <summary>Why a folder cannot be read, and how it is mended; null where nothing is missing.</summary>
    internal string? Missing(string folder)
    {
        var place = Find(folder);
        var train = TrainFiles.Any(file => File.Exists(Path.Combine(place, file.Name)));
        var test = File.Exists(Path.Combine(place, TestFile.Name));
        if (train && test) return null;
        var training = TrainFiles.Count == 1
            ? TrainFiles[0].Name
            : $"any of {TrainFiles[0].Name} … {TrainFiles[^1].Name}";
        string[] lacking = [.. train ? [] : new[] { training }, .. test ? [] : new[] { TestFile.Name }];
        return $"{DataFolder.WhyNothing(folder)}{place} lacks {string.Join(" and ", lacking)}. "
            + $"{OtherVersion(folder)}{Itself(place)}"
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
        if (folder is null && DataFolder.Named is null && Missing(DefaultFolder) is not null)
            Download(DefaultFolder, [], null, default);
        folder ??= DefaultFolder;
        if (Missing(folder) is { } problem) throw new FileNotFoundException($"{Name} is not complete here: {problem}");
        var place = Find(folder);
        var train = TrainFiles.Where(file => File.Exists(Path.Combine(place, file.Name)))
            .Select(file => Read(place, file)).ToList();
        var test = Read(place, TestFile);
        return (Combine("train", train, TrainFiles, label, classes),
            Combine("test", [test], [TestFile], label, classes));
    }

    /// <summary>What a folder holds of the set.</summary>
    internal DataSetContents Examine(string folder)
    {
        var place = Find(folder);
        var (problems, notes) = (new List<string>(), new List<string>());
        if (Missing(folder) is { } lacking) problems.Add(lacking);
        var counts = Files.ToDictionary(file => file, file =>
        {
            var path = Path.Combine(place, file.Name);
            if (!File.Exists(path)) return 0;
            try
            {
                var found = Read(place, file);
                if (!found.IsOriginal)
                    notes.Add($"{file.Name} is not the author's: its SHA-1 is {found.Sha1}, expected {file.Sha1}");
                return found.Count;
            }
            catch (Exception wrong) when (wrong is IOException or InvalidDataException)
            {
                problems.Add(wrong.Message);
                return 0;
            }
        });
        var missing = Files.Select(file => file.Name).Where(name => !File.Exists(Path.Combine(place, name))).ToList();
        if (missing.Count > 0) notes.Add($"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing");
        var isThere = missing.Count < Files.Count || DataFolder.Obstacle(place) is not null
            || OtherVersion(folder).Length + Itself(place).Length > 0;
        return new DataSetContents(place, isThere, TrainFiles.Sum(file => counts[file]), counts[TestFile],
            Files.Sum(file => file.Count), problems, notes);
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
            new ResumableDownload { Limit = LongestDownload }.Fetch(
                ResumableDownload.Addresses(mirrors, Archive), packed, Problem, progress, cancellation)
                .GetAwaiter().GetResult();
        Unpack(packed, folder, cancellation);
        File.Delete(packed);
    }

    private string Find(string folder) =>
        DataFolder.WithAny([folder, Path.Combine(folder, Folder)], [.. Files.Select(file => file.Name)]) ?? folder;

    // What is there instead: the archive, not unpacked yet, or a version for another language.
    private string OtherVersion(string folder)
    {
        var path = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        var above = Path.GetDirectoryName(path) ?? path;
        var archive = Path.GetFileName(path) == Archive ? path : Path.Combine(above, Archive);
        if (new[] { archive, Path.Combine(path, Archive) }.FirstOrDefault(File.Exists) is { } packed)
            return $"{packed} is there and has to be unpacked. ";

        var first = Path.GetFileNameWithoutExtension(TrainFiles[0].Name);
        var own = OtherVersions.Where(other => other.Name.StartsWith($"{Name}-", StringComparison.OrdinalIgnoreCase));
        (string Path, string Language)[] all =
        [
            .. from other in own
               from at in new[] { path, above }
               select (Path.Combine(at, other.Name), other.Language),
            (Path.Combine(path, first), "Python"), (Path.Combine(path, first + ".mat"), "MATLAB"),
        ];
        return all.Where(other => Path.Exists(other.Path)).Select(other =>
            $"{other.Path} belongs to the version for {other.Language}; the binary one is read. ").FirstOrDefault("");
    }

    private string Itself(string place) =>
        DataFolder.Named is { } data && place != data && Files.Any(file => File.Exists(Path.Combine(data, file.Name)))
            ? $"ADR_DATA names the folder of the files itself, {data}; it has to name the one above. "
            : "";

    private string? Problem(string archive)
    {
        using var file = File.OpenRead(archive);
        var found = Convert.ToHexStringLower(SHA256.HashData(file));
        return found == Sha256 ? null : $"{Archive} has SHA-256 {found}, expected {Sha256}";
    }

    private void Unpack(string packed, string folder, CancellationToken cancellation)
    {
        var missing = Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        using var file = File.OpenRead(packed);
        using var plain = new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(plain);
        while (Next(archive, packed) is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Files.FirstOrDefault(one => entry.Name == $"{Folder}/{one.Name}") is not { } wanted) continue;
            if (entry.DataStream is null || entry.Length > (long)wanted.Count * Record)
                throw new InvalidDataException($"{packed}: {entry.Name} is a {entry.EntryType} of {entry.Length} "
                    + $"bytes; expected a file of {(long)wanted.Count * Record}.");
            var content = new byte[entry.Length];
            ReadAll(entry.DataStream, content, packed);
            var target = Path.Combine(folder, wanted.Name);
            if (new FileInfo(target).LinkTarget is not null) File.Delete(target); // not the file behind it
            AtomicFile.Write(target, content);
            missing.Remove(wanted.Name);
        }
        if (missing.Count > 0) throw new InvalidDataException($"{packed} lacks {string.Join(", ", missing.Order())}.");
    }

    private static TarEntry? Next(TarReader archive, string packed)
    {
        try
        {
            return archive.GetNextEntry();
        }
        catch (Exception damaged) when (damaged
            is InvalidDataException or EndOfStreamException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"{packed} is damaged: {damaged.Message}", damaged);
        }
    }

    private static void ReadAll(Stream data, byte[] content, string packed)
    {
        try
        {
            data.ReadExactly(content);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{packed} is damaged: {damaged.Message}", damaged);
        }
    }

    private Dataset Combine(string part, IReadOnlyList<Records> files, IReadOnlyList<CifarFile> originals, int label,
        IReadOnlyList<string> classes)
    {
        using var scope = NewDisposeScope();
        var records = cat([.. files.Select(file => tensor(file.Bytes, [file.Count, Record], ScalarType.Byte))], 0);
        // [N,3,32,32]
        var images = records.narrow(1, LabelCounts.Count, Pixels).to(ScalarType.Float32).div_(255).view(-1, 3, 32, 32);
        var labels = records.narrow(1, label, 1).squeeze(1).to(ScalarType.Int64); // [N]
        var (count, all) = (records.shape[0], originals.Sum(file => file.Count));
        var what = count != all ? $" ({count} of {all})"
            : files.All(file => file.IsOriginal) ? "" : " (not the author's files)";
        return new Dataset($"{Name} {part}{what}", images, labels, classes);
    }

    private Records Read(string place, CifarFile file)
    {
        var path = Path.Combine(place, file.Name);
        using var stream = DataFolder.Open(path);
        if (stream.Length == 0 || stream.Length % Record != 0 || stream.Length > Array.MaxLength)
            throw new InvalidDataException($"{path} has {stream.Length} bytes; expected a whole number of records of "
                + $"{Record}. It is cut short or no {Name} file of the binary version."
                + FileKind.Of(stream, DataFolder.OtherForm));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        for (var start = 0; start < bytes.Length; start += Record)
            for (var i = 0; i < LabelCounts.Count; i++)
                if (bytes[start + i] >= LabelCounts[i])
                    throw new InvalidDataException($"{path}: the label of record {start / Record} is "
                        + $"{bytes[start + i]}; expected 0 to {LabelCounts[i] - 1}.");
        var sha1 = Convert.ToHexStringLower(SHA1.HashData(bytes));
        if (Files.FirstOrDefault(other => other != file && other.Sha1 == sha1) is { } known)
            throw new InvalidDataException($"{path} holds {known.Name}. Unpack {Archive} again.");
        return new Records(bytes, bytes.Length / Record, sha1, sha1 == file.Sha1);
    }

    // A file that was read.
    private sealed record Records(byte[] Bytes, int Count, string Sha1, bool IsOriginal);
}
