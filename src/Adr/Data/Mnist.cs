using System.Reflection;

namespace Adr.Data;

/// <summary>The MNIST digits (LeCun, Bottou, Bengio and Haffner 1998): 28×28 grey images of ten classes, pixels in
/// [0,1].</summary>
public static class Mnist
{
    /// <summary>Where the files are fetched from unless said otherwise; each address is a folder of the four gzip
    /// files.</summary>
    public static readonly IReadOnlyList<string> Mirrors =
    [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ];

    /// <summary>The four files, with the SHA-256 of their unpacked bytes: gzip wrappers differ between mirrors, the
    /// content does not.</summary>
    public static readonly IReadOnlyList<(string Name, string Sha256)> Files =
    [
        ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ];

    private static readonly IdxSet Set = new("MNIST", "mnist", "MNIST",
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], Files,
        folder => $"Mnist.Download(\"{folder}\") fetches all of MNIST; ADR_DATA names the folder that holds mnist/.");

    /// <summary>The first 10,000 training digits, which come with this library: 8,500 to train on and the next 1,500 to
    /// test on.</summary>
    /// <returns>Images [8500,1,28,28] and [1500,1,28,28], float32 in [0,1]; neither part is MNIST's test set.</returns>
    public static (Dataset Train, Dataset Test) Embedded() => (FromResources("MNIST-10k train", "train-8500"),
        FromResources("MNIST-10k test", "test-1500"));

    /// <summary>All of MNIST: 60,000 training and 10,000 test digits.</summary>
    /// <param name="folder">Where the four IDX files lie, plain or gzip, as <c>train-images-idx3-ubyte</c> or
    /// <c>train-images.idx3-ubyte</c>; or where torchvision has put them, into <c>MNIST/raw</c> below. By default
    /// <see cref="DefaultFolder"/>; where <c>ADR_DATA</c> is not set, it is filled by <see cref="Download"/> when it
    /// lacks a file.</param>
    /// <returns>Images [60000,1,28,28] and [10000,1,28,28], float32 in [0,1]. A part with fewer or more images than the
    /// original is taken as it is, and its name says how many.</returns>
    /// <exception cref="FileNotFoundException">A named folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or not the one that its name says; or it is as long as
    /// the original and differs from it. <see cref="IdxDataset"/> reads other data in this form.</exception>
    public static (Dataset Train, Dataset Test) Full(string? folder = null)
    {
        var place = folder ?? DefaultFolder;
        if (folder is null && DataFolder.Named is null && Set.IsMissingFrom(place)) Download(place);
        return Set.Load(place);
    }

    /// <summary>Where <see cref="Full"/> looks when it is told no folder: <c>$ADR_DATA/mnist</c>, or torchvision's
    /// <c>$ADR_DATA/MNIST/raw</c> where the files lie there; else <see cref="CacheFolder"/>.</summary>
    public static string DefaultFolder => Set.DefaultFolder;

    /// <summary>The folder of this user's that downloads go to: <c>adr/mnist</c> under the platform's local application
    /// data.</summary>
    public static string CacheFolder => DataFolder.Cache("mnist");

    /// <summary>What keeps a folder from being all of MNIST: one line for each file that is missing, damaged or
    /// different.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    /// <returns>No line when everything is there and right.</returns>
    public static IReadOnlyList<string> Problems(string? folder = null) => Set.Problems(folder ?? DefaultFolder);

    /// <summary>What keeps a folder from being all of MNIST, and how to mend it; null where nothing does.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static string? Missing(string? folder = null) => Set.Missing(folder ?? DefaultFolder);

    /// <summary>What a folder holds of MNIST, and whether <see cref="Full"/> can load it.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static DataSetContents Examine(string? folder = null) => Set.Examine(folder ?? DefaultFolder);

    /// <summary>Fetches the files that a folder lacks, resuming what an earlier attempt left, and checks the SHA-256 of
    /// each.</summary>
    /// <param name="folder">Where they shall lie, as <c>NAME.gz</c>.</param>
    /// <param name="mirrors">Folders on the web, tried in turn; by default <see cref="Mirrors"/>.</param>
    /// <param name="progress">Told about every chunk.</param>
    /// <param name="cancellation">Stops it; what has come is kept.</param>
    /// <exception cref="IOException">A file could not be had from any mirror, or was wrong on each.</exception>
    public static void Download(
        string folder,
        IReadOnlyList<string>? mirrors = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Set.Download(folder, mirrors ?? Mirrors, progress, cancellation);

    private static Dataset FromResources(string name, string part)
    {
        return IdxDataset.Combine(name, Open($"{part}-images-idx3-ubyte.gz"), Open($"{part}-labels-idx1-ubyte.gz"),
            Set.Classes);

        static (IdxArray, string) Open(string file)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("mnist-10k/" + file)
                ?? throw new InvalidOperationException(
                    $"Adr.dll was built without its resource mnist-10k/{file}; build it from a complete checkout.");
            return (IdxReader.Read(stream, file), file);
        }
    }
}
