using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Adr.Data;
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
            }
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
