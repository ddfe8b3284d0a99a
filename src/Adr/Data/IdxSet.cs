using System.IO.Compression;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>A data set in MNIST's form: four IDX files of 28×28 grey images and of labels, plain or gzip.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Classes">One name per class.</param>
/// <param name="Files">Training images and labels, test images and labels, each with the SHA-256 of its unpacked
/// bytes.</param>
/// <param name="Get">How a user gets what is missing, given the folder.</param>
internal sealed record IdxSet(
    string Name,
    IReadOnlyList<string> Classes,
    IReadOnlyList<(string Name, string Sha256)> Files,
    Func<string, string> Get)
{
    /// <summary>The training and the test images of a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or not the one that its name says.</exception>
    internal (Dataset Train, Dataset Test) Load(string folder) => (
        Combine(Name + " train", Open(folder, Files[0].Name), Open(folder, Files[1].Name), Classes),
        Combine(Name + " test", Open(folder, Files[2].Name), Open(folder, Files[3].Name), Classes));

    /// <summary>Whether a folder lacks one of the files.</summary>
    internal bool IsMissingFrom(string folder) => Files.Any(file => Find(folder, file.Name) is null);

    /// <summary>One line for each file that is missing, damaged or different.</summary>
    internal IReadOnlyList<string> Problems(string folder) =>
        [.. Files.Select(file => Find(folder, file.Name) is { } path
            ? Problem(path, file.Sha256)
            : $"{Path.Combine(folder, file.Name)}.gz is missing").OfType<string>()];

    /// <summary>Fetches what a folder lacks as <c>NAME.gz</c>, from mirrors that are folders on the web.</summary>
    internal void Download(
        string folder,
        IReadOnlyList<string> mirrors,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var download = new ResumableDownload();
        foreach (var (name, sha256) in Files)
        {
            if (Find(folder, name) is { } there && Problem(there, sha256) is null) continue;
            var addresses = mirrors.Select(mirror => new Uri($"{mirror.TrimEnd('/')}/{name}.gz")).ToList();
            download.Fetch(addresses, Path.Combine(folder, name + ".gz"), path => Problem(path, sha256), progress,
                cancellation).GetAwaiter().GetResult();
        }
    }

    /// <summary>Images and labels as a data set.</summary>
    internal static Dataset Combine(
        string name,
        (IdxArray Array, string Source) images,
        (IdxArray Array, string Source) labels,
        IReadOnlyList<string> classes)
    {
        if (images.Array.Shape is not [var count, 28, 28] || count == 0)
            throw new InvalidDataException(
                $"{images.Source} holds {string.Join("×", images.Array.Shape)} bytes; expected N×28×28 with N ≥ 1.");
        if (labels.Array.Shape is not [var labelled] || labelled != count)
            throw new InvalidDataException($"{labels.Source} holds {string.Join("×", labels.Array.Shape)} labels for "
                + $"the {count} images of {images.Source}.");
        var wrong = Array.FindIndex(labels.Array.Values, label => label >= classes.Count);
        if (wrong >= 0)
            throw new InvalidDataException($"{labels.Source} holds label {labels.Array.Values[wrong]} at position "
                + $"{wrong}; expected 0 to {classes.Count - 1}.");

        using var scope = NewDisposeScope();
        // [N,1,28,28] in [0,1]
        var pixels = tensor(images.Array.Values, [count, 1, 28, 28]).to_type(ScalarType.Float32).div_(255);
        var numbers = tensor(labels.Array.Values, [count]).to_type(ScalarType.Int64);                        // [N]
        return new Dataset(name, pixels, numbers, classes);
    }

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

    private (IdxArray Array, string Source) Open(string folder, string name) => Find(folder, name) is { } path
        ? (IdxReader.Read(path), path)
        : throw new FileNotFoundException(
            $"{Path.Combine(folder, name)}.gz is missing (nor is it there unpacked). {Get(folder)}",
            Path.Combine(folder, name + ".gz"));
}
