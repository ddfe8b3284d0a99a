namespace Adr.Data;

/// <summary>CIFAR-10 (Krizhevsky 2009): 32×32 colour images of ten classes, pixels in [0,1], from the files of its
/// binary version.</summary>
public static class Cifar10
{
    private static readonly CifarSet Set = new("CIFAR-10", "cifar-10-batches-bin", "cifar-10-binary.tar.gz",
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", [10],
        [
            new("data_batch_1.bin", 10_000, "aadd24acce27caa71bf4b10992e9e7b2d74c2540"),
            new("data_batch_2.bin", 10_000, "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795"),
            new("data_batch_3.bin", 10_000, "1dd00a74ab1d17a6e7d73e185b69dbf31242f295"),
            new("data_batch_4.bin", 10_000, "aab85764eb3584312d3c7f65fd2fd016e36a258e"),
            new("data_batch_5.bin", 10_000, "26e2849e66a845b7f1e4614ae70f4889ae604628"),
        ],
        new("test_batch.bin", 10_000, "67eb016db431130d61cd03c7ad570b013799c88c"));

    private static readonly string[] Names
        = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Where <see cref="Load"/> looks when it is told no folder: <c>$ADR_DATA/cifar-10-batches-bin</c>, or
    /// where that variable is not set a folder of this user's.</summary>
    public static string DefaultFolder => Set.DefaultFolder;

    /// <summary>What keeps a folder from being read, and how to mend it; null where nothing does.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static string? Missing(string? folder = null) => Set.Missing(folder ?? DefaultFolder);

    /// <summary>What a folder holds of CIFAR-10, and whether <see cref="Load"/> can load it.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static DataSetContents Examine(string? folder = null) => Set.Examine(folder ?? DefaultFolder);

    /// <summary>The training and the test images of a folder; a partial set, with some of the five training files, is
    /// taken as it is.</summary>
    /// <param name="folder">Holds <c>data_batch_1.bin</c> … <c>data_batch_5.bin</c>, at least one of them, and
    /// <c>test_batch.bin</c>. By default
    /// <see cref="DefaultFolder"/>, filled by <see cref="Download"/> when it is this user's own and lacks them.</param>
    /// <returns>Images [N,3,32,32], float32 in [0,1], in the order of the files; the name says how many when it is not
    /// all 50,000 or 10,000, and otherwise whether the files are the author's.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not a whole number of records, or a label is above
    /// 9.</exception>
    /// <exception cref="IOException">The files had to be fetched and could not be.</exception>
    public static (Dataset Train, Dataset Test) Load(string? folder = null) => Set.Load(folder, 0, Names);

    /// <summary>Fetches the official archive (170 MB), resuming what an earlier attempt left, checks its SHA-256 and
    /// unpacks the six files.</summary>
    /// <param name="folder">Where they shall lie; by default <see cref="DefaultFolder"/>.</param>
    /// <param name="mirrors">Folders on the web that hold the archive, tried in turn; by default the author's.</param>
    /// <param name="progress">Told about every chunk.</param>
    /// <param name="cancellation">Stops it; what has come is kept.</param>
    /// <exception cref="IOException">The archive could not be had from any mirror, or was wrong on each.</exception>
    public static void Download(
        string? folder = null,
        IReadOnlyList<string>? mirrors = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Set.Download(folder ?? DefaultFolder, mirrors ?? [], progress, cancellation);
}
