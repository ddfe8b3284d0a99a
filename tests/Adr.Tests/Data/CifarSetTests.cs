using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Adr.Data;
using TorchSharp;

namespace Adr.Tests.Data;

public sealed class CifarSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _archive = Archive(("set/readme.html", [1, 2]), ("set/train.bin", Record(3)),
        ("set/test.bin", Record(7)));

    public void Dispose() => _folder.Dispose();

    private static readonly string[] Digits = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];

    private CifarSet Set(string? sha256 = null) =>
        new("CIFAR-10", "set", "set.tar.gz", sha256 ?? Convert.ToHexStringLower(SHA256.HashData(_archive)), [10],
            [new("train.bin", 1, Sha1(Record(3)))], new("test.bin", 1, Sha1(Record(7))));

    [Fact]
    public void An_archive_is_fetched_checked_and_unpacked()
    {
        using var server = new LoopbackServer(_archive);
        Set().Download(_folder.Path, [server.Address.ToString()], null, default);
        Assert.Equal(["test.bin", "train.bin"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        var (train, test) = Set().Load(_folder.Path, 0, Digits);
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

    [Fact]
    public void Files_of_the_author_are_known_and_others_are_named_so()
    {
        Assert.Equal(("CIFAR-10 train", "CIFAR-10 test"), NamesOf(Record(3), Record(7)));
        Assert.Equal(("CIFAR-10 train (not the author's files)", "CIFAR-10 test"), NamesOf(Record(4), Record(7)));
        Assert.Equal(("CIFAR-10 train (2 of 1)", "CIFAR-10 test"), NamesOf([.. Record(3), .. Record(4)], Record(7)));

        (string, string) NamesOf(byte[] trainFile, byte[] testFile)
        {
            File.WriteAllBytes(_folder["train.bin"], trainFile);
            File.WriteAllBytes(_folder["test.bin"], testFile);
            var (train, test) = Set().Load(_folder.Path, 0, Digits);
            using (train)
            using (test)
                return (train.Name, test.Name);
        }
    }

    [Fact]
    public void What_is_there_is_examined_by_the_same_reader()
    {
        File.WriteAllBytes(_folder["train.bin"], Record(3));
        File.WriteAllBytes(_folder["test.bin"], Record(7));
        var found = Set().Examine(_folder.Path);
        Assert.Equal((true, 1, 1, 2), (found.IsThere, found.Train, found.Test, found.Original));
        Assert.Empty(found.Problems.Concat(found.Notes));

        File.WriteAllBytes(_folder["train.bin"], Record(4));
        Assert.Contains("train.bin is not the author's", Assert.Single(Set().Examine(_folder.Path).Notes),
            StringComparison.Ordinal);

        File.WriteAllBytes(_folder["train.bin"], Record(10));
        found = Set().Examine(_folder.Path);
        Assert.Equal(0, found.Train);
        Assert.Equal(Assert.Throws<InvalidDataException>(() => Set().Load(_folder.Path, 0, Digits)).Message,
            Assert.Single(found.Problems));
    }

    [Fact]
    public void The_test_file_under_the_name_of_a_training_file_is_refused()
    {
        File.WriteAllBytes(_folder["train.bin"], Record(7));
        File.WriteAllBytes(_folder["test.bin"], Record(7));
        Assert.Contains("train.bin holds test.bin",
            Assert.Throws<InvalidDataException>(() => Set().Load(_folder.Path, 0, Digits)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_that_holds_the_folder_does_too()
    {
        Directory.CreateDirectory(_folder["set"]);
        File.WriteAllBytes(_folder["set/train.bin"], Record(3));
        File.WriteAllBytes(_folder["set/test.bin"], Record(7));
        var (train, test) = Set().Load(_folder.Path, 0, Digits);
        using (train)
        using (test)
            Assert.Equal((1, 1), (train.Count, test.Count));
    }

    public sealed class Unpacking : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public void Dispose() => _folder.Dispose();

        [Fact]
        public void Takes_only_the_files_of_the_sets_own_folder()
        {
            var error = Unpack(Archive(("set/../train.bin", Record(9)), ("../train.bin", Record(9)),
                ("/tmp/train.bin", Record(9)), ("other/test.bin", Record(9)), ("train.bin", Record(9))));
            Assert.Contains("lacks test.bin, train.bin", error, StringComparison.Ordinal);
            Assert.Equal(["set.tar.gz"], Names());
        }

        [Theory]
        [InlineData(TarEntryType.SymbolicLink)]
        [InlineData(TarEntryType.HardLink)]
        [InlineData(TarEntryType.Directory)]
        [InlineData(TarEntryType.CharacterDevice)]
        [InlineData(TarEntryType.Fifo)]
        public void Makes_files_alone(TarEntryType type)
        {
            var entry = new PaxTarEntry(type, "set/train.bin");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = "../../victim";
            Assert.Contains($"set/train.bin is a {type}", Unpack(Archive(entry)), StringComparison.Ordinal);
            Assert.Equal(["set.tar.gz"], Names());
        }

        [Fact]
        public void Takes_no_file_that_is_longer_than_the_original()
        {
            var error = Unpack(Archive(("set/train.bin", [.. Record(3), 0])));
            Assert.Contains("3074 bytes; expected a file of 3073", error, StringComparison.Ordinal);
        }

        [Fact]
        public void Believes_no_length_that_the_archive_does_not_have()
        {
            var header = new byte[512];
            Encoding.ASCII.GetBytes("set/train.bin").CopyTo(header, 0);
            Encoding.ASCII.GetBytes("77777777777").CopyTo(header, 124); // 8 GiB, in octal
            Encoding.ASCII.GetBytes("        ").CopyTo(header, 148);
            Encoding.ASCII.GetBytes("ustar\000").CopyTo(header, 257);
            header[156] = (byte)'0';
            var checksum = Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0');
            Encoding.ASCII.GetBytes(checksum + "\0 ").CopyTo(header, 148);
            var archive = Gzip(header);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("8589934591 bytes; expected a file of 3073", Unpack(archive), StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        [Fact]
        public void Says_that_an_archive_is_cut_short()
        {
            var whole = Archive(("set/train.bin", Record(3)), ("set/test.bin", Record(7)));
            using var unpacked = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(whole), CompressionMode.Decompress))
                gzip.CopyTo(unpacked);
            foreach (var length in new[] { 100, 600, 1500, 3000, 5000 })
                Assert.Contains("set.tar.gz", Unpack(Gzip(unpacked.ToArray()[..length])), StringComparison.Ordinal);
        }

        [Fact]
        public void Follows_no_link_that_was_planted()
        {
            var victim = _folder["victim"];
            File.WriteAllText(victim, "mine");
            foreach (var name in new[] { "train.bin.part", "test.bin.part", "train.bin", "set.tar.gz.part" })
                File.CreateSymbolicLink(_folder[name], victim);
            var archive = Archive(("set/train.bin", Record(3)), ("set/test.bin", Record(7)));
            using var server = new LoopbackServer(archive);
            SetOf(archive).Download(_folder.Path, [server.Address.ToString()], null, default);
            Assert.Equal("mine", File.ReadAllText(victim));
            Assert.Equal(Record(3), File.ReadAllBytes(_folder["train.bin"]));
            Assert.Equal(Record(7), File.ReadAllBytes(_folder["test.bin"]));
        }

        private static CifarSet SetOf(byte[] archive) =>
            new("CIFAR-10", "set", "set.tar.gz", Convert.ToHexStringLower(SHA256.HashData(archive)), [10],
                [new("train.bin", 1, "")], new("test.bin", 1, ""));

        private IEnumerable<string?> Names() => Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName);

        // The message of the refusal.
        private string Unpack(byte[] archive)
        {
            File.WriteAllBytes(_folder["set.tar.gz"], archive);
            return Assert.Throws<InvalidDataException>(
                () => SetOf(archive).Download(_folder.Path, [], null, default)).Message;
        }
    }

    public sealed class Missing : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public void Dispose() => _folder.Dispose();

        [Theory]
        [InlineData("cifar-10-batches-py/data_batch_1", "", "cifar-10-batches-py belongs to the version for Python")]
        [InlineData("cifar-10-batches-py/data_batch_1", "cifar-10-batches-py",
            "cifar-10-batches-py belongs to the version for Python")]
        [InlineData("cifar-10-batches-py/data_batch_1", "cifar-10-batches-bin",
            "cifar-10-batches-py belongs to the version for Python")]
        [InlineData("mine/data_batch_1", "mine", "data_batch_1 belongs to the version for Python")]
        [InlineData("cifar-10-python.tar.gz", "", "cifar-10-python.tar.gz belongs to the version for Python")]
        [InlineData("cifar-10-python.tar.gz", "cifar-10-python.tar.gz",
            "cifar-10-python.tar.gz belongs to the version for Python")]
        [InlineData("cifar-10-batches-mat/data_batch_1.mat", "",
            "cifar-10-batches-mat belongs to the version for MATLAB")]
        [InlineData("mine/data_batch_1.mat", "mine", "data_batch_1.mat belongs to the version for MATLAB")]
        [InlineData("cifar-10-binary.tar.gz", "", "cifar-10-binary.tar.gz is there and has to be unpacked")]
        [InlineData("cifar-10-binary.tar.gz", "cifar-10-batches-bin",
            "cifar-10-binary.tar.gz is there and has to be unpacked")]
        [InlineData("cifar-10-binary.tar.gz", "cifar-10-binary.tar.gz",
            "cifar-10-binary.tar.gz is there and has to be unpacked")]
        public void Names_another_version_of_CIFAR_10(string there, string folder, string expected)
        {
            Put(there);
            var message = Assert.Throws<FileNotFoundException>(() => Cifar10.Load(_folder[folder])).Message;
            Assert.Contains(_folder.Path, message, StringComparison.Ordinal);
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.Contains("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", message,
                StringComparison.Ordinal);
        }

        [Theory]
        [InlineData("cifar-100-python/train", "", "cifar-100-python belongs to the version for Python")]
        [InlineData("cifar-100-python/train", "cifar-100-python", "cifar-100-python belongs to the version for Python")]
        [InlineData("mine/train", "mine", "train belongs to the version for Python")]
        [InlineData("cifar-100-python.tar.gz", "", "cifar-100-python.tar.gz belongs to the version for Python")]
        [InlineData("cifar-100-matlab/train.mat", "", "cifar-100-matlab belongs to the version for MATLAB")]
        [InlineData("cifar-100-binary.tar.gz", "", "cifar-100-binary.tar.gz is there and has to be unpacked")]
        public void Names_another_version_of_CIFAR_100(string there, string folder, string expected)
        {
            Put(there);
            var message = Assert.Throws<FileNotFoundException>(() => Cifar100.Load(folder: _folder[folder])).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.Contains("cifar-100-binary.tar.gz", message, StringComparison.Ordinal);
        }

        [Fact]
        public void Says_that_a_folder_is_none()
        {
            File.WriteAllText(_folder["file"], "");
            Assert.Contains($"{_folder["file"]} is a file",
                Assert.Throws<FileNotFoundException>(() => Cifar10.Load(_folder["file"])).Message,
                StringComparison.Ordinal);
            Assert.Contains($"{_folder["nowhere"]} does not exist",
                Assert.Throws<FileNotFoundException>(() => Cifar10.Load(_folder["nowhere"])).Message,
                StringComparison.Ordinal);
        }

        private void Put(string file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
            File.WriteAllBytes(_folder[file], [0x80, 2]);
        }
    }

    private static string Sha1(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));

    private static byte[] Record(byte label) => [label, .. new byte[3072]];

    private static byte[] Archive(params (string Name, byte[] Content)[] files) =>
        Archive([.. files.Select(file => new PaxTarEntry(TarEntryType.RegularFile, file.Name)
        {
            DataStream = new MemoryStream(file.Content),
        })]);

    private static byte[] Archive(params TarEntry[] entries)
    {
        using var plain = new MemoryStream();
        using (var archive = new TarWriter(plain, leaveOpen: true))
            foreach (var entry in entries) archive.WriteEntry(entry);
        return Gzip(plain.ToArray());
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(plain);
        return packed.ToArray();
    }
}
