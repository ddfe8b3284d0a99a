using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Adr.Data;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

public static class MnistTests
{
    public sealed class Embedded
    {
        [Fact]
        public void Has_8500_and_1500_digits_of_every_class()
        {
            var (train, test) = Mnist.Embedded();
            using (train)
            using (test)
            {
                Assert.Equal([8500, 1, 28, 28], train.Images.shape);
                Assert.Equal([1500, 1, 28, 28], test.Images.shape);
                Assert.Equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], First(train, 10)); // MNIST begins so
                Assert.Equal([150, 161, 158, 168, 138, 128, 162, 160, 142, 133],
                    Enumerable.Range(0, 10).Select(k => First(test, 1500).Count(y => y == k)));
                Assert.Equal((0, 1), (train.Images.min().item<float>(), train.Images.max().item<float>()));
            }
        }

        [Theory]
        [InlineData("train-8500-images-idx3-ubyte.gz",
            "b75d33fbb527bd174b687e3144bffebb728d42c5e0f3b59a2e950a8e230158e8")]
        [InlineData("train-8500-labels-idx1-ubyte.gz",
            "b66ea3ee031dc920699a79bfda1e8cff7f9fbf9b2f568656f7e7aa3925baa2a6")]
        [InlineData("test-1500-images-idx3-ubyte.gz",
            "d8b8c2e7cb7faa7540bdcf930e21680f2464d98e2a6ca885b56becf3326a2c0a")]
        [InlineData("test-1500-labels-idx1-ubyte.gz",
            "1c83be38589ffdecc1746bf9573f6c1c3a797ec77c22be0bb1b81af106ce3329")]
        public void Has_the_checksums_of_its_README(string file, string sha256)
        {
            using var resource = typeof(Mnist).Assembly.GetManifestResourceStream("mnist-10k/" + file)!;
            using var unpacked = new GZipStream(resource, CompressionMode.Decompress);
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(unpacked)));
        }

        [WithMnist]
        public void Is_the_first_10000_digits_of_the_original()
        {
            var (train, test) = Mnist.Embedded();
            var (full, rest) = Mnist.Full();
            using (train)
            using (test)
            using (full)
            using (rest)
            {
                using var scope = NewDisposeScope();
                Assert.True(cat([train.Images, test.Images]).eq(full.Images.narrow(0, 0, 10000)).all().item<bool>());
                Assert.True(cat([train.Labels, test.Labels]).eq(full.Labels.narrow(0, 0, 10000)).all().item<bool>());
            }
        }
    }

    public sealed class Full
    {
        [WithMnist]
        public void Has_60000_and_10000_digits_and_no_problem()
        {
            var (train, test) = Mnist.Full();
            using (train)
            using (test)
            {
                Assert.Equal((60000, 10000), (train.Count, test.Count));
                Assert.Empty(Mnist.Problems());
            }
        }

        [Fact]
        public void Reads_a_folder_of_plain_and_compressed_files()
        {
            using var folder = Sample();
            var (train, test) = Mnist.Full(folder.Path);
            using (train)
            using (test)
            {
                Assert.Equal((3, 2), (train.Count, test.Count));
                Assert.Equal([7, 8, 9], First(train, 3));
                Assert.Equal("MNIST train (3 images, not the original 60000)", train.Name);
                Assert.Equal("MNIST test (2 images, not the original 10000)", test.Name);
            }
        }

        [Theory]
        [InlineData("", "-", "")]
        [InlineData("", "-", ".gz")]
        [InlineData("", ".", "")]
        [InlineData("", ".", ".gz")]
        [InlineData("raw", "-", "")]
        [InlineData("raw", ".", ".gz")]
        [InlineData("MNIST/raw", "-", ".gz")]
        [InlineData("MNIST/raw", "-", "")]
        public void Reads_what_is_spelled_in_another_way_or_lies_where_torchvision_has_it(
            string below, string dash, string ending)
        {
            using var folder = Sample();
            using var other = new TemporaryFolder();
            Directory.CreateDirectory(other[below]);
            foreach (var (name, _) in Mnist.Files)
            {
                var spelled = name.Replace("-idx", dash + "idx", StringComparison.Ordinal) + ending;
                var plain = Plain(folder, name);
                File.WriteAllBytes(Path.Combine(other[below], spelled), ending == "" ? plain : Gzip(plain));
            }
            var (train, test) = Mnist.Full(other.Path);
            using (train)
            using (test)
                Assert.Equal((3, 2), (train.Count, test.Count));
            var found = Mnist.Examine(other.Path);
            Assert.Equal((true, 3, 2), (found.IsThere, found.Train, found.Test));
            Assert.Empty(found.Problems);
        }

        [WithMnist]
        public void Knows_the_original_however_it_is_compressed()
        {
            using var folder = new TemporaryFolder();
            foreach (var (name, _) in Mnist.Files)
                File.WriteAllBytes(folder[name + ".gz"], Gzip(Original(name)));
            var (train, test) = Mnist.Full(folder.Path);
            using (train)
            using (test)
                Assert.Equal(("MNIST train", "MNIST test"), (train.Name, test.Name));
            Assert.Empty(Mnist.Problems(folder.Path));
        }

        [WithMnist]
        public void Refuses_one_changed_label()
        {
            using var folder = Linked();
            var labels = Original("train-labels-idx1-ubyte");
            labels[5000] = (byte)((labels[5000] + 1) % 10);
            Replace(folder, "train-labels-idx1-ubyte", labels);
            AssertRefused(folder, "train-labels-idx1-ubyte.gz unpacks to SHA-256", "changed or damaged");
        }

        [WithMnist]
        public void Refuses_one_changed_pixel()
        {
            using var folder = Linked();
            var images = Original("t10k-images-idx3-ubyte");
            images[^1] ^= 1;
            Replace(folder, "t10k-images-idx3-ubyte", images);
            AssertRefused(folder, "t10k-images-idx3-ubyte.gz unpacks to SHA-256", "changed or damaged");
        }

        [WithMnist]
        public void Refuses_the_test_digits_under_the_names_of_the_training_digits()
        {
            using var folder = Linked();
            Replace(folder, "train-images-idx3-ubyte", Original("t10k-images-idx3-ubyte"));
            Replace(folder, "train-labels-idx1-ubyte", Original("t10k-labels-idx1-ubyte"));
            AssertRefused(folder,
                "is not MNIST's train-images-idx3-ubyte: it holds the t10k-images-idx3-ubyte of MNIST");
        }

        [WithMnist]
        public void Takes_the_original_where_two_files_of_one_name_differ()
        {
            using var folder = Linked();
            File.WriteAllBytes(folder["train-labels-idx1-ubyte"], Idx([3], [1, 2, 3]));
            File.WriteAllBytes(folder["t10k-labels.idx1-ubyte"], [0, 0, 8]);
            Assert.Empty(Mnist.Problems(folder.Path));
        }

        [Fact]
        public void Refuses_two_files_of_one_name_that_differ()
        {
            using var folder = Sample();
            File.WriteAllBytes(folder["train-labels-idx1-ubyte"], Idx([3], [7, 8, 9]));
            Mnist.Full(folder.Path).Train.Dispose(); // the same as in train-labels-idx1-ubyte.gz
            File.WriteAllBytes(folder["train-labels.idx1-ubyte"], Idx([3], [7, 8, 8]));
            AssertRefused(folder, "train-labels-idx1-ubyte and ", "train-labels.idx1-ubyte do not hold the same");
        }

        [Fact]
        public void Refuses_a_damaged_file_beside_a_good_one_that_is_not_the_original()
        {
            using var folder = Sample();
            File.WriteAllBytes(folder["train-labels-idx1-ubyte"], Idx([3], [7, 8, 9])[..^1]); // gunzip was stopped
            AssertRefused(folder, "train-labels-idx1-ubyte is truncated");
        }

        [Fact]
        public void Refuses_no_images()
        {
            using var folder = Sample();
            Replace(folder, "train-images-idx3-ubyte", Idx([0, 28, 28], []));
            Replace(folder, "train-labels-idx1-ubyte", Idx([0], []));
            AssertRefused(folder, "0×28×28");
        }

        [Fact]
        public void Refuses_labels_where_images_should_be_and_the_other_way()
        {
            using var folder = Sample();
            Replace(folder, "train-images-idx3-ubyte", Idx([3], [7, 8, 9]));
            AssertRefused(folder, "holds 3 bytes; expected N×28×28");
            using var other = Sample();
            Replace(other, "train-labels-idx1-ubyte", Idx([3, 28, 28], new byte[3 * 784]));
            AssertRefused(other, "3×28×28 labels");
        }

        [UnixFact]
        public void Says_that_a_folder_or_a_file_may_not_be_read()
        {
            if (Environment.IsPrivilegedProcess) return; // root may read anything
            using var folder = Sample();
            SetMode(folder["t10k-labels-idx1-ubyte.gz"], UnixFileMode.None);
            Assert.Contains("t10k-labels-idx1-ubyte.gz may not be read",
                Assert.Throws<IOException>(() => Mnist.Full(folder.Path)).Message, StringComparison.Ordinal);
            SetMode(folder.Path, UnixFileMode.None);
            Assert.Contains($"{folder.Path} cannot be looked into",
                Assert.Throws<FileNotFoundException>(() => Mnist.Full(folder.Path)).Message, StringComparison.Ordinal);
            Assert.True(Mnist.Examine(folder.Path).IsThere);
            SetMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        [Theory]
        [InlineData("mnist.npz")]
        [InlineData("raw/mnist.pkl.gz")]
        [InlineData("MNIST/raw/training.pt")]
        public void Names_another_form_of_the_data(string file)
        {
            using var folder = new TemporaryFolder();
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            File.WriteAllText(folder[file], "");
            var message = Assert.Throws<FileNotFoundException>(() => Mnist.Full(folder.Path)).Message;
            Assert.Contains($"{folder[file]} is another form", message, StringComparison.Ordinal);
            var found = Mnist.Examine(folder.Path);
            Assert.True(found.IsThere);
            Assert.StartsWith($"{folder[file]} is another form", found.Problems[0], StringComparison.Ordinal);
        }

        [Fact]
        public void Says_where_it_looked_and_that_a_folder_is_none()
        {
            using var folder = new TemporaryFolder();
            var message = Assert.Throws<FileNotFoundException>(() => Mnist.Full(folder["nowhere"])).Message;
            Assert.Contains($"{folder["nowhere"]} does not exist", message, StringComparison.Ordinal);
            Assert.Contains("train-images.idx3-ubyte, or below in raw/ or MNIST/raw/", message,
                StringComparison.Ordinal);
            File.WriteAllText(folder["file"], "");
            Assert.Contains($"{folder["file"]} is a file and not a folder",
                Assert.Throws<FileNotFoundException>(() => Mnist.Full(folder["file"])).Message,
                StringComparison.Ordinal);
        }

        [Fact]
        public void Names_a_missing_file_and_the_way_to_get_it()
        {
            using var folder = Sample();
            File.Delete(folder["t10k-labels-idx1-ubyte.gz"]);
            var error = Assert.Throws<FileNotFoundException>(() => Mnist.Full(folder.Path));
            Assert.Contains("t10k-labels-idx1-ubyte", error.Message, StringComparison.Ordinal);
            Assert.Contains("Mnist.Download", error.Message, StringComparison.Ordinal);
        }

        [Theory]
        [InlineData(new byte[] { 7, 8 }, "2 labels for the 3 images")]
        [InlineData(new byte[] { 7, 8, 10 }, "label 10 at position 2")]
        public void Refuses_labels_that_cannot_be_right(byte[] labels, string reason)
        {
            using var folder = Sample();
            File.WriteAllBytes(folder["train-labels-idx1-ubyte"], Idx([labels.Length], labels));
            File.Delete(folder["train-labels-idx1-ubyte.gz"]);
            Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Mnist.Full(folder.Path)).Message,
                StringComparison.Ordinal);
        }

        [Fact]
        public void Refuses_images_of_another_size()
        {
            using var folder = Sample();
            File.WriteAllBytes(folder["train-images-idx3-ubyte"], Idx([3, 2, 2], new byte[12]));
            File.Delete(folder["train-images-idx3-ubyte.gz"]);
            Assert.Contains("3×2×2", Assert.Throws<InvalidDataException>(() => Mnist.Full(folder.Path)).Message,
                StringComparison.Ordinal);
        }
    }

    public sealed class Examine
    {
        [Fact]
        public void Agrees_with_what_is_loaded()
        {
            using var folder = Sample();
            foreach (var (change, reason) in new (Action<TemporaryFolder>, string)[]
            {
                (f => Replace(f, "train-labels-idx1-ubyte", Idx([3], [7, 8, 10])), "label 10"),
                (f => Replace(f, "train-labels-idx1-ubyte", Idx([2], [7, 8])), "2 labels for the 3 images"),
                (f => Replace(f, "train-images-idx3-ubyte", Idx([3, 2, 2], new byte[12])), "3×2×2"),
                (f => File.AppendAllText(f["t10k-images-idx3-ubyte"], "!"), "oversized"),
                (f => File.WriteAllBytes(f["t10k-labels-idx1-ubyte.gz"], [.. Gzip(Idx([2], [0, 1])), 1]), "damaged"),
            })
            {
                using var changed = Sample();
                change(changed);
                var error = Assert.Throws<InvalidDataException>(() => Mnist.Full(changed.Path));
                Assert.Contains(reason, error.Message, StringComparison.Ordinal);
                Assert.Equal(error.Message, Assert.Single(Mnist.Examine(changed.Path).Problems));
            }
            Assert.Empty(Mnist.Examine(folder.Path).Problems);
            // zeros behind the last member are legal, and so are several members
            File.WriteAllBytes(folder["t10k-labels-idx1-ubyte.gz"],
                [.. Gzip(Idx([2], [0, 1])[..5]), .. Gzip(Idx([2], [0, 1])[5..]), .. new byte[512]]);
            Assert.Empty(Mnist.Examine(folder.Path).Problems);
            Mnist.Full(folder.Path).Test.Dispose();
        }
    }

    public sealed class Problems
    {
        [Fact]
        public void Lists_what_is_missing_and_what_differs()
        {
            using var folder = Sample();
            File.Delete(folder["t10k-labels-idx1-ubyte.gz"]);
            var problems = Mnist.Problems(folder.Path);
            Assert.Equal(4, problems.Count);
            Assert.Contains(problems, line => line.Contains("t10k-labels", StringComparison.Ordinal)
                && line.EndsWith("is missing", StringComparison.Ordinal));
            Assert.Contains(problems, line => line.Contains("expected ba891046", StringComparison.Ordinal));
        }
    }

    private static long[] First(Dataset data, int count) => data.Labels.narrow(0, 0, count).contiguous().data<long>()
        .ToArray();

    private static TemporaryFolder Sample()
    {
        var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["train-images-idx3-ubyte.gz"], Gzip(Idx([3, 28, 28], new byte[3 * 784])));
        File.WriteAllBytes(folder["train-labels-idx1-ubyte.gz"], Gzip(Idx([3], [7, 8, 9])));
        File.WriteAllBytes(folder["t10k-images-idx3-ubyte"], Idx([2, 28, 28], new byte[2 * 784]));
        File.WriteAllBytes(folder["t10k-labels-idx1-ubyte.gz"], Gzip(Idx([2], [0, 1])));
        return folder;
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    // The original, by links, so that a test can replace one file.
    private static TemporaryFolder Linked()
    {
        var folder = new TemporaryFolder();
        foreach (var (name, _) in Mnist.Files)
            File.CreateSymbolicLink(folder[name + ".gz"], Path.Combine(Mnist.DefaultFolder, name + ".gz"));
        return folder;
    }

    private static byte[] Original(string name)
    {
        using var file = File.OpenRead(Path.Combine(Mnist.DefaultFolder, name + ".gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var content = new MemoryStream();
        unpacked.CopyTo(content);
        return content.ToArray();
    }

    // The content of a file of Sample.
    private static byte[] Plain(TemporaryFolder folder, string name)
    {
        if (File.Exists(folder[name])) return File.ReadAllBytes(folder[name]);
        using var unpacked = new GZipStream(File.OpenRead(folder[name + ".gz"]), CompressionMode.Decompress);
        using var content = new MemoryStream();
        unpacked.CopyTo(content);
        return content.ToArray();
    }

    private static void Replace(TemporaryFolder folder, string name, byte[] plain)
    {
        File.Delete(folder[name]);
        File.Delete(folder[name + ".gz"]);
        File.WriteAllBytes(folder[name + ".gz"], Gzip(plain));
    }

    private static void AssertRefused(TemporaryFolder folder, params string[] reasons)
    {
        var error = Assert.Throws<InvalidDataException>(() => Mnist.Full(folder.Path));
        foreach (var reason in reasons) Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(error.Message, Mnist.Examine(folder.Path).Problems);
    }

    private static byte[] Idx(int[] shape, byte[] values)
    {
        var header = new byte[4 + 4 * shape.Length];
        (header[2], header[3]) = (8, (byte)shape.Length);
        for (var i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), shape[i]);
        return [.. header, .. values];
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(plain);
        return packed.ToArray();
    }
}

/// <summary>A test that needs all of MNIST under ADR_DATA.</summary>
internal sealed class WithMnistAttribute : FactAttribute
{
    public WithMnistAttribute()
    {
        var data = Environment.GetEnvironmentVariable("ADR_DATA");
        if (string.IsNullOrEmpty(data) || !Directory.Exists(Path.Combine(data, "mnist"))) Skip =
            "ADR_DATA/mnist is not here";
    }
}
