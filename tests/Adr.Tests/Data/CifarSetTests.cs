using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Adr.Data;
using TorchSharp;

namespace Adr.Tests.Data;

public sealed class CifarSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _archive = Archive(("set/readme.html", [1, 2]), ("set/train.bin", Record(3)),
        ("set/test.bin", Record(7)));

    public void Dispose() => _folder.Dispose();

    private CifarSet Set(string? sha256 = null) =>
        new("CIFAR-10", "set", "set.tar.gz", sha256 ?? Convert.ToHexStringLower(SHA256.HashData(_archive)), [10],
            ["train.bin"], "test.bin");

    [Fact]
    public void An_archive_is_fetched_checked_and_unpacked()
    {
        using var server = new LoopbackServer(_archive);
        Set().Download(_folder.Path, [server.Address.ToString()], null, default);
        Assert.Equal(["test.bin", "train.bin"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        var (train, test) = Set().Load(_folder.Path, 0, [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
        using (train)
        using (test)
            Assert.Equal((3, 7), (train.Labels[0].item<long>(), test.Labels[0].item<long>()));
    }

    [Fact]
    public void A_wrong_archive_is_not_kept()
    {
        using var server = new LoopbackServer(_archive);
        var message = Assert.Throws<IOException>(() => Set(new string('0', 64))
            .Download(_folder.Path, [server.Address.ToString()], null, default)).Message;
        Assert.Contains("expected 000", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void An_archive_that_is_there_already_is_not_fetched()
    {
        File.WriteAllBytes(_folder["set.tar.gz"], _archive);
        Set().Download(_folder.Path, ["http://127.0.0.1:9/"], null, default);
        Assert.True(File.Exists(_folder["train.bin"]));
    }

    private static byte[] Record(byte label) => [label, .. new byte[3072]];

    private static byte[] Archive(params (string Name, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var archive = new TarWriter(gzip))
            foreach (var (name, content) in files)
                archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile,
                    name) { DataStream = new MemoryStream(content) });
        return packed.ToArray();
    }
}
