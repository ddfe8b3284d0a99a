namespace Adr.Data;

/// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 60,000 training and 10,000 test pictures of clothes, 28×28
/// grey, ten classes, pixels in [0,1].</summary>
/// <remarks>In the form of MNIST, and harder. Debian's package <c>dataset-fashion-mnist</c> holds it, so it can be had
/// without a download from elsewhere.</remarks>
public static class FashionMnist
{
    /// <summary>Where the files are fetched from unless said otherwise; each address is a folder of the four gzip
    /// files.</summary>
    public static readonly IReadOnlyList<string> Mirrors =
    [
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ];

    /// <summary>The four files, with the SHA-256 of their unpacked bytes.</summary>
    public static readonly IReadOnlyList<(string Name, string Sha256)> Files =
    [
        ("train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        ("train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        ("t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        ("t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ];

    private const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    private static readonly IdxSet Set = new("Fashion-MNIST", "fashion-mnist", "FashionMNIST",
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        Files,
        folder => $"On Debian: apt install dataset-fashion-mnist. Elsewhere: FashionMnist.Download(\"{folder}\") "
            + "fetches it; ADR_DATA names the folder that holds fashion-mnist/.");

    /// <summary>The training and the test pictures.</summary>
    /// <param name="folder">Where the four IDX files lie, plain or gzip, as <c>train-images-idx3-ubyte</c> or
    /// <c>train-images.idx3-ubyte</c>; or where torchvision has put them, into <c>FashionMNIST/raw</c> below. By
    /// default <see cref="DefaultFolder"/>, which is filled by <see cref="Download"/> when it is this user's own and
    /// lacks a file.</param>
    /// <returns>Images [60000,1,28,28] and [10000,1,28,28], float32 in [0,1]. A part with fewer or more images than the
    /// original is taken as it is, and its name says how many.</returns>
    /// <exception cref="FileNotFoundException">A named folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or not the one that its name says; or it is as long as
    /// the original and differs from it. <see cref="IdxDataset"/> reads other data in this form.</exception>
    public static (Dataset Train, Dataset Test) Load(string? folder = null)
    {
        var place = folder ?? DefaultFolder;
        if (folder is null && place == DataFolder.Cache("fashion-mnist") && Set.IsMissingFrom(place)) Download(place);
        return Set.Load(place);
    }

    /// <summary>Where <see cref="Load"/> looks when it is told no folder: <c>$ADR_DATA/fashion-mnist</c> where that is
    /// there, or torchvision's <c>$ADR_DATA/FashionMNIST/raw</c>, else Debian's folder where that is, else one of this
    /// user's.</summary>
    public static string DefaultFolder
    {
        get
        {
            var own = Set.DefaultFolder;
            var isNamed = DataFolder.Named is not null && Directory.Exists(own);
            return !isNamed && Directory.Exists(DebianFolder) ? DebianFolder : own;
        }
    }

    /// <summary>What keeps a folder from being all of Fashion-MNIST: one line for each file that is missing, damaged or
    /// different.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    /// <returns>No line when everything is there and right.</returns>
    public static IReadOnlyList<string> Problems(string? folder = null) => Set.Problems(folder ?? DefaultFolder);

    /// <summary>What keeps a folder from being all of Fashion-MNIST, and how to mend it; null where nothing
    /// does.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static string? Missing(string? folder = null) => Set.Missing(folder ?? DefaultFolder);

    /// <summary>What a folder holds of Fashion-MNIST, and whether <see cref="Load"/> can load it.</summary>
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
}
