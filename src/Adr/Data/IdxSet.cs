using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Adr.Data;

/// <summary>A well-known data set in MNIST's form: four IDX files of 28×28 grey images and of labels, plain or gzip,
/// whose contents are known by their checksums.</summary>
/// <remarks>
/// <para>A file may lie there under several names: <c>train-images-idx3-ubyte</c> or <c>train-images.idx3-ubyte</c>,
/// with or without <c>.gz</c>. Of several, the one that holds the original is taken. Where none does, all must hold the
/// same.</para>
/// <para>A part with as many images as the original must be the original. A part with fewer or more is read, and its
/// name says how many it has.</para>
/// </remarks>
/// <param name="Name">What reports call it.</param>
/// <param name="Folder">The folder that is looked for.</param>
/// <param name="TorchFolder">The folder that torchvision makes for it; the files lie in <c>raw</c> below.</param>
/// <param name="Classes">One name per class.</param>
/// <param name="Files">Training images and labels, test images and labels, each with the SHA-256 of its unpacked
/// bytes.</param>
/// <param name="Get">How a user gets what is missing, given the folder.</param>
internal sealed record IdxSet(
    string Name,
    string Folder,
    string TorchFolder,
    IReadOnlyList<string> Classes,
    IReadOnlyList<(string Name, string Sha256)> Files,
    Func<string, string> Get)
{
    private const int Side = 28;
    private const long LongestDownload = 64 << 20; // twice the largest file

    private static readonly Part[] Parts = [new("train", 60_000, 0, 1), new("test", 10_000, 2, 3)];

    // Other forms in which these sets are passed on.
    private static readonly string[] OtherForms =
        ["mnist.npz", "mnist.pkl.gz", "mnist_train.csv", "fashion-mnist_train.csv", "training.pt", "processed"];

    /// <summary>Where it is looked for when no folder is named.</summary>
    internal string DefaultFolder => DataFolder.Named is { } data
        && DataFolder.WithAny(
            [.. Places(Path.Combine(data, Folder)), .. Places(Path.Combine(data, TorchFolder))], Names) is { } found
                ? found
                : DataFolder.Of(Folder);

    /// <summary>The training and the test images of a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or not the one that its name says.</exception>
    internal (Dataset Train, Dataset Test) Load(string folder)
    {
        var place = Find(folder);
        var read = Parts.Select(part =>
        {
            var (images, labels) = (Open(place, part.Images), Open(place, part.Labels));
            Check(part, images, labels);
            return (Name: NameOf(part, images), images, labels);
        }).ToList();
        var sets = read
            .Select(part => IdxDataset.Combine(part.Name, part.images.Source, part.labels.Source, Classes)).ToList();
        return (sets[0], sets[1]);
    }

    /// <summary>What a folder holds of the set.</summary>
    internal DataSetContents Examine(string folder)
    {
        var place = Find(folder);
        var (problems, notes) = (new List<string>(), new List<string>());
        var counts = Parts.Select(part =>
        {
            var (images, labels) = (Try(part.Images), Try(part.Labels));
            var isWhole = images is not null && labels is not null;
            try
            {
                if (isWhole) Check(part, images!, labels!);
            }
            catch (InvalidDataException wrong)
            {
                problems.Add(wrong.Message);
                return 0;
            }
            notes.AddRange(from file in new[] { images, labels }
                           where file is { IsOriginal: false }
                           select file.Difference);
            return isWhole ? images!.Array.Shape[0] : 0;
        }).ToList();
        string[] hints = [.. new[] { DataFolder.Obstacle(place) is { } what ? $"{place} {what}" : "", Hint(place) }
            .Where(hint => hint.Length > 0)];
        return new DataSetContents(place, hints.Length > 0 || !IsAbsentFrom(place), counts[0], counts[1],
            Parts.Sum(part => part.Count), [.. hints, .. problems], notes);

        IdxFile? Try(int file)
        {
            try
            {
                return Open(place, file);
            }
            catch (FileNotFoundException missing)
            {
                problems.Add($"{missing.FileName} is missing");
            }
            catch (Exception wrong) when (wrong is IOException or InvalidDataException)
            {
                problems.Add(wrong.Message);
            }
            return null;
        }
    }

    /// <summary>What keeps a folder from being the whole original, a line for each file.</summary>
    internal IReadOnlyList<string> Problems(string folder)
    {
        var found = Examine(folder);
        return [.. found.Problems, .. found.Notes];
    }

    /// <summary>The same in one text, with the remedy; null where nothing does.</summary>
    internal string? Missing(string folder)
    {
        var place = Find(folder);
        return Problems(place) is { Count: > 0 } problems
            ? $"{DataFolder.WhyNothing(place)}{string.Join("; ", problems)}. {Get(place)}"
            : null;
    }

    /// <summary>Whether a folder lacks one of the files.</summary>
    internal bool IsMissingFrom(string folder) => Files.Any(file => !Existing(Find(folder), file.Name).Any());

    /// <summary>Fetches what a folder lacks as <c>NAME.gz</c>, from mirrors that are folders on the web.</summary>
    internal void Download(
        string folder,
        IReadOnlyList<string> mirrors,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var download = new ResumableDownload { Limit = LongestDownload };
        foreach (var (name, sha256) in Files)
        {
            if (Existing(folder, name).Any(path => Problem(path, sha256) is null)) continue;
            download.Fetch(ResumableDownload.Addresses(mirrors, name + ".gz"), Path.Combine(folder, name + ".gz"),
                path => Problem(path, sha256), progress, cancellation).GetAwaiter().GetResult();
        }
    }

    private static IEnumerable<string> Spellings(string name) =>
        new[] { name, name.Replace("-idx", ".idx", StringComparison.Ordinal) }.SelectMany(n => new[] { n, n + ".gz" });

    private static IEnumerable<string> Existing(string folder, string name) =>
        Spellings(name).Select(file => Path.Combine(folder, file)).Where(File.Exists);

    private static string? Problem(string path, string sha256)
    {
        try
        {
            return IdxFile.Read(path, sha256) is { IsOriginal: false } other ? other.Difference : null;
        }
        catch (InvalidDataException damaged)
        {
            return damaged.Message;
        }
    }

    private IReadOnlyList<string> Names => [.. Files.SelectMany(file => Spellings(file.Name))];

    // torchvision is given the folder above MNIST/ and fills MNIST/raw/.
    private IReadOnlyList<string> Places(string folder) =>
        [folder, Path.Combine(folder, "raw"), Path.Combine(folder, TorchFolder, "raw")];

    private string Find(string folder) => DataFolder.WithAny(Places(folder), Names) ?? folder;

    private bool IsAbsentFrom(string place) => DataFolder.WithAny([place], Names) is null;

    private string NameOf(Part part, IdxFile images)
    {
        var count = images.Array.Shape[0];
        var number = count == part.Count ? "" : $" ({count} images, not the original {part.Count})";
        return $"{Name} {part.Name}{number}";
    }

    private IdxFile Open(string place, int file)
    {
        var (name, sha256) = Files[file];
        var read = new List<IdxFile>();
        InvalidDataException? damaged = null;
        foreach (var path in Existing(place, name))
        {
            try
            {
                var found = IdxFile.Read(path, sha256);
                if (found.IsOriginal) return found;
                read.Add(found);
            }
            catch (InvalidDataException wrong)
            {
                damaged ??= wrong;
            }
        }
        if (damaged is not null) throw damaged;
        if (read.Count == 0) throw NotFound(place, name);
        foreach (var one in read)
        {
            if (KnownAs(one.Sha256) is { } known)
                throw new InvalidDataException($"{one.Path} is not {Name}'s {name}: it holds {known}. Put each data "
                    + "set into a folder of its own.");
            if (one.Sha256 != read[0].Sha256)
                throw new InvalidDataException($"{read[0].Path} and {one.Path} do not hold the same, and neither is "
                    + "the original. Delete the one that is not meant.");
        }
        return read[0];
    }

    // Which file of which set has this content.
    private static string? KnownAs(string sha256)
    {
        foreach (var (set, files) in new[] { ("MNIST", Mnist.Files), ("Fashion-MNIST", FashionMnist.Files) })
            foreach (var file in files)
                if (file.Sha256 == sha256) return $"the {file.Name} of {set}";
        return null;
    }

    private void Check(Part part, IdxFile images, IdxFile labels)
    {
        if (images.Array.Shape is not [> 0, Side, Side])
            throw new InvalidDataException($"{images.Path} holds {IdxDataset.Shape(images.Array)} bytes; expected "
                + $"N×{Side}×{Side} with N ≥ 1.");
        IdxDataset.Check(images.Source, labels.Source, Classes);
        if (images.Array.Shape[0] != part.Count) return;
        foreach (var file in new[] { images, labels })
            if (!file.IsOriginal)
                throw new InvalidDataException($"{file.Difference}, though it is of the original's length: it was "
                    + "changed or damaged. Fetch the file again. IdxDataset.Load reads data of your own in this form.");
    }

    private FileNotFoundException NotFound(string place, string name)
    {
        var file = Path.Combine(place, name + ".gz");
        var hint = Hint(place) is { Length: > 0 } found ? $"{found}. " : "";
        return new FileNotFoundException($"{Name} is not complete: {DataFolder.WhyNothing(place)}{file} is missing "
            + $"(nor is it there unpacked, or as {name.Replace("-idx", ".idx", StringComparison.Ordinal)}, or below in "
            + $"raw/ or {TorchFolder}/raw/). {hint}{Get(place)}", file);
    }

    // What is there instead of the files, or where they are instead.
    private string Hint(string place)
    {
        if (!IsAbsentFrom(place)) return "";
        if (DataFolder.Named is { } data && place != data && !IsAbsentFrom(data))
            return $"ADR_DATA names the folder of such files itself, {data}; they must lie in {Folder}/ below it";
        return DataFolder.Existing(Places(place), OtherForms).FirstOrDefault() is { } other
            ? $"{other} is another form of such data, which is not read"
            : "";
    }

    // One of the two parts: how many images the original has, and which of the four files hold it.
    private sealed record Part(string Name, int Count, int Images, int Labels);

    // A file that was read, with its checksum and the one that the original has.
    private sealed record IdxFile(string Path, IdxArray Array, string Sha256, string Expected)
    {
        internal bool IsOriginal => Sha256 == Expected;

        internal (IdxArray Array, string Path) Source => (Array, Path);

        internal string Difference => $"{Path} unpacks to SHA-256 {Sha256}, expected {Expected}";

        internal static IdxFile Read(string path, string expected)
        {
            var array = IdxReader.Read(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            // the header again: a file that was read holds nothing but its header and its values
            Span<byte> header = stackalloc byte[4 * (1 + array.Shape.Count)];
            BinaryPrimitives.WriteInt32BigEndian(header, 0x0800 | array.Shape.Count);
            for (var i = 0; i < array.Shape.Count; i++)
                BinaryPrimitives.WriteInt32BigEndian(header[(4 * (i + 1))..], array.Shape[i]);
            hash.AppendData(header);
            hash.AppendData(array.Values);
            return new IdxFile(path, array, Convert.ToHexStringLower(hash.GetHashAndReset()), expected);
        }
    }
}
