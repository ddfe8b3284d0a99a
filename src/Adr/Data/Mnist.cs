using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>The MNIST digits (LeCun, Bottou, Bengio and Haffner 1998): 28×28 grey images of ten classes, pixels in [0,1].</summary>
public static class Mnist
{
    /// <summary>Where the files are fetched from unless said otherwise; each address is a folder of the four gzip files.</summary>
    public static readonly IReadOnlyList<string> Mirrors =
    [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ];

    /// <summary>The four files, with the SHA-256 of their unpacked bytes: gzip wrappers differ between mirrors, the content does not.</summary>
    public static readonly IReadOnlyList<(string Name, string Sha256)> Files =
    [
        ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ];

    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>The first 10,000 training digits, which come with this library: 8,500 to train on and the next 1,500 to test on.</summary>
    /// <returns>Images [8500,1,28,28] and [1500,1,28,28], float32 in [0,1]; neither part is MNIST's test set.</returns>
    public static (Dataset Train, Dataset Test) Embedded() => (
        FromResources("MNIST-10k train", "train-8500"),
        FromResources("MNIST-10k test", "test-1500"));

    /// <summary>All of MNIST: 60,000 training and 10,000 test digits.</summary>
    /// <param name="folder">Where the four IDX files lie, plain or gzip. By default <c>$ADR_DATA/mnist</c>; where that variable is
    /// not set, a folder of this user's (<see cref="CacheFolder"/>), filled by <see cref="Download"/> when it lacks a file.</param>
    /// <exception cref="FileNotFoundException">A named folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or not the one that its name says.</exception>
    public static (Dataset Train, Dataset Test) Full(string? folder = null)
    {
        var place = folder ?? DefaultFolder;
        if (folder is null && DataFolder is null && Files.Any(file => Find(place, file.Name) is null)) Download(place);
        return (
            FromFolder("MNIST train", place, Files[0].Name, Files[1].Name),
            FromFolder("MNIST test", place, Files[2].Name, Files[3].Name));
    }

    /// <summary>Where <see cref="Full"/> looks when it is told no folder: <c>$ADR_DATA/mnist</c>, else <see cref="CacheFolder"/>.</summary>
    public static string DefaultFolder => DataFolder is { } data ? Path.Combine(data, "mnist") : CacheFolder;

    /// <summary>The folder of this user's that downloads go to: <c>adr/mnist</c> under the platform's local application data.</summary>
    public static string CacheFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "adr", "mnist");

    /// <summary>What keeps a folder from being all of MNIST: one line for each file that is missing, damaged or different.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    /// <returns>No line when everything is there and right.</returns>
    public static IReadOnlyList<string> Problems(string? folder = null)
    {
        var place = folder ?? DefaultFolder;
        return [.. Files.Select(file => Find(place, file.Name) is { } path ? Problem(path, file.Sha256) : $"{Path.Combine(place, file.Name)}.gz is missing").OfType<string>()];
    }

    /// <summary>Fetches the files that a folder lacks, resuming what an earlier attempt left, and checks the SHA-256 of each.</summary>
    /// <param name="folder">Where they shall lie, as <c>NAME.gz</c>.</param>
    /// <param name="mirrors">Folders on the web, tried in turn; by default <see cref="Mirrors"/>.</param>
    /// <param name="progress">Told about every chunk.</param>
    /// <param name="cancellation">Stops it; what has come is kept.</param>
    /// <exception cref="IOException">A file could not be had from any mirror, or was wrong on each.</exception>
    public static void Download(string folder, IReadOnlyList<string>? mirrors = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var download = new ResumableDownload();
        foreach (var (name, sha256) in Files)
        {
            if (Find(folder, name) is { } there && Problem(there, sha256) is null) continue;
            var addresses = (mirrors ?? Mirrors).Select(mirror => new Uri($"{mirror.TrimEnd('/')}/{name}.gz")).ToList();
            download.Fetch(addresses, Path.Combine(folder, name + ".gz"), path => Problem(path, sha256), progress, cancellation).GetAwaiter().GetResult();
        }
    }

    private static string? DataFolder => Environment.GetEnvironmentVariable("ADR_DATA") is { Length: > 0 } data ? data : null;

    private static string? Find(string folder, string name) =>
        new[] { name + ".gz", name }.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static string? Problem(string path, string sha256)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = IdxReader.IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
            var found = Convert.ToHexStringLower(SHA256.HashData(content));
            return found == sha256 ? null : $"{Path.GetFileName(path)} unpacks to SHA-256 {found}, expected {sha256}";
        }
        catch (InvalidDataException damaged)
        {
            return $"{Path.GetFileName(path)} is damaged: {damaged.Message}";
        }
    }

    private static Dataset FromFolder(string name, string folder, string images, string labels) =>
        Combine(name, Open(folder, images), Open(folder, labels));

    private static (IdxArray Array, string Source) Open(string folder, string name) => Find(folder, name) is { } path
        ? (IdxReader.Read(path), path)
        : throw new FileNotFoundException($"{Path.Combine(folder, name)}.gz is missing (nor is it there unpacked). Mnist.Download(\"{folder}\") fetches all of MNIST; ADR_DATA names the folder that holds mnist/.", Path.Combine(folder, name + ".gz"));

    private static Dataset FromResources(string name, string part)
    {
        return Combine(name, Open($"{part}-images-idx3-ubyte.gz"), Open($"{part}-labels-idx1-ubyte.gz"));

        static (IdxArray, string) Open(string file)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("mnist-10k/" + file)
                ?? throw new InvalidOperationException($"Adr.dll was built without its resource mnist-10k/{file}; build it from a complete checkout.");
            return (IdxReader.Read(stream, file), file);
        }
    }

    private static Dataset Combine(string name, (IdxArray Array, string Source) images, (IdxArray Array, string Source) labels)
    {
        if (images.Array.Shape is not [var count, 28, 28] || count == 0)
            throw new InvalidDataException($"{images.Source} holds {string.Join("×", images.Array.Shape)} bytes; expected N×28×28 with N ≥ 1.");
        if (labels.Array.Shape is not [var labelled] || labelled != count)
            throw new InvalidDataException($"{labels.Source} holds {string.Join("×", labels.Array.Shape)} labels for the {count} images of {images.Source}.");
        var wrong = Array.FindIndex(labels.Array.Values, label => label > 9);
        if (wrong >= 0)
            throw new InvalidDataException($"{labels.Source} holds label {labels.Array.Values[wrong]} at position {wrong}; expected 0 to 9.");

        using var scope = NewDisposeScope();
        var pixels = tensor(images.Array.Values, [count, 1, 28, 28]).to_type(ScalarType.Float32).div_(255); // [N,1,28,28] in [0,1]
        var classes = tensor(labels.Array.Values, [count]).to_type(ScalarType.Int64);                        // [N]
        return new Dataset(name, pixels, classes, Digits);
    }
}
