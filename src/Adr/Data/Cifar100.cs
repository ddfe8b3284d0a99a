namespace Adr.Data;

/// <summary>CIFAR-100 (Krizhevsky 2009): 32×32 colour images of 100 classes in 20 groups, pixels in [0,1], from the
/// files of its binary version.</summary>
public static class Cifar100
{
    private static readonly CifarSet Set = new("CIFAR-100", "cifar-100-binary", "cifar-100-binary.tar.gz",
        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", [20, 100],
        [new("train.bin", 50_000, "e207cd2e05b73b1393c74c7f5e7bea451d63e08e")],
        new("test.bin", 10_000, "8fb6623e830365ff53cf14adec797474f5478006"));

    private static readonly string[] CoarseNames =
    [
        "aquatic mammals", "fish", "flowers", "food containers", "fruit and vegetables", "household electrical devices",
        "household furniture", "insects", "large carnivores", "large man-made outdoor things",
        "large natural outdoor scenes",
        "large omnivores and herbivores", "medium mammals", "non-insect invertebrates", "people", "reptiles",
        "small mammals", "trees",
        "vehicles 1", "vehicles 2",
    ];

    private static readonly string[] FineNames =
    [
        "apple", "aquarium fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl",
        "boy", "bridge", "bus",
        "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud",
        "cockroach", "couch", "crab",
        "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster",
        "house", "kangaroo",
        "keyboard", "lamp", "lawn mower", "leopard", "lion", "lizard", "lobster", "man", "maple tree", "motorcycle",
        "mountain", "mouse",
        "mushroom", "oak tree", "orange", "orchid", "otter", "palm tree", "pear", "pickup truck", "pine tree",
        "plain", "plate", "poppy",
        "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew",
        "skunk", "skyscraper",
        "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet pepper", "table", "tank",
        "telephone", "television", "tiger",
        "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow tree", "wolf", "woman", "worm",
    ];

    /// <summary>Where <see cref="Load"/> looks when it is told no folder: <c>$ADR_DATA/cifar-100-binary</c>, or where
    /// that variable is not set a folder of this user's.</summary>
    public static string DefaultFolder => Set.DefaultFolder;

    /// <summary>What keeps a folder from being read, and how to mend it; null where nothing does.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static string? Missing(string? folder = null) => Set.Missing(folder ?? DefaultFolder);

    /// <summary>What a folder holds of CIFAR-100, and whether <see cref="Load"/> can load it.</summary>
    /// <param name="folder">The folder; by default <see cref="DefaultFolder"/>.</param>
    public static DataSetContents Examine(string? folder = null) => Set.Examine(folder ?? DefaultFolder);

    /// <summary>The training and the test images of a folder; files with any whole number of records are taken as they
    /// are.</summary>
    /// <param name="labels">Which label an image goes by. Default <see cref="CifarLabels.Fine"/>, 100 classes.</param>
    /// <param name="folder">Holds <c>train.bin</c> and <c>test.bin</c>. By default <see cref="DefaultFolder"/>, filled
    /// by <see cref="Download"/> when it is this user's own and lacks them.</param>
    /// <returns>Images [N,3,32,32], float32 in [0,1], in the order of the files; the name says how many when it is not
    /// all 50,000 or 10,000, and otherwise whether the files are the author's.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labels"/> is neither.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not a whole number of records, or a label is above 19 (coarse)
    /// or 99 (fine).</exception>
    /// <exception cref="IOException">The files had to be fetched and could not be.</exception>
    public static (Dataset Train, Dataset Test) Load(
        CifarLabels labels = CifarLabels.Fine,
        string? folder = null) => labels switch
    {
        CifarLabels.Coarse => Set.Load(folder, 0, CoarseNames),
        CifarLabels.Fine => Set.Load(folder, 1, FineNames),
        _ => throw new ArgumentOutOfRangeException(nameof(labels), labels, "Expected Fine or Coarse."),
    };

    /// <summary>Fetches the official archive (169 MB), resuming what an earlier attempt left, checks its SHA-256 and
    /// unpacks the two files.</summary>
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
