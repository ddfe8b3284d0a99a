using Adr.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

public sealed class Cifar10Tests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adr-cifar").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string file, params byte[] labels) => File.WriteAllBytes(Path.Combine(_folder, file),
        [.. labels.SelectMany((label, record) =>
            new[] { label }.Concat(Enumerable.Range(0, 3072).Select(i => (byte)(i / 1024 * 80 + (i + record) % 32))))]);

    [Fact]
    public void Records_become_planes_of_red_green_and_blue()
    {
        Write("data_batch_1.bin", 3, 9);
        Write("test_batch.bin", 0);
        var (train, test) = Cifar10.Load(_folder);
        using (train)
        using (test)
        {
            Assert.Equal([2, 3, 32, 32], train.Images.shape);
            Assert.Equal([3L, 9L], train.Labels.data<long>().ToArray());
            Assert.Equal(10, train.Classes);
            foreach (var (record, plane, row, column) in new[] { (0, 0, 0, 0), (0, 1, 5, 31), (1, 2, 31, 7),
                (1, 0, 2, 31) })
                Assert.Equal((plane * 80 + (row * 32 + column + record) % 32) / 255f,
                    train.Images[record, plane, row, column].item<float>(), 1e-6);
        }
    }

    [Fact]
    public void A_partial_set_is_taken_and_says_so()
    {
        Write("data_batch_2.bin", 1, 2);
        Write("data_batch_5.bin", 7);
        Write("test_batch.bin", 4);
        var (train, test) = Cifar10.Load(_folder);
        using (train)
        using (test)
        {
            Assert.Equal([1L, 2L, 7L], train.Labels.data<long>().ToArray());
            Assert.Equal("CIFAR-10 train (3 of 50000)", train.Name);
        }
    }

    [Fact]
    public void A_file_that_was_cut_short_is_refused()
    {
        Write("test_batch.bin", 1);
        File.WriteAllBytes(Path.Combine(_folder, "data_batch_1.bin"), new byte[3072]);
        Assert.Contains("whole number of records",
            Assert.Throws<InvalidDataException>(() => Cifar10.Load(_folder)).Message);
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 2, (byte)'}' }, "Python pickle")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8 }, "gzip")]
    [InlineData(new byte[] { (byte)'<', (byte)'h' }, "web page")]
    public void A_file_of_another_kind_is_named(byte[] content, string expected)
    {
        Write("test_batch.bin", 1);
        File.WriteAllBytes(Path.Combine(_folder, "data_batch_1.bin"), content);
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Cifar10.Load(_folder)).Message);
    }

    [Fact]
    public void A_label_above_nine_is_refused_by_its_place()
    {
        Write("test_batch.bin", 1);
        Write("data_batch_1.bin", 1, 10);
        Assert.Contains("record 1 is 10", Assert.Throws<InvalidDataException>(() => Cifar10.Load(_folder)).Message);
    }

    [Theory]
    [InlineData("test_batch.bin", "lacks any of data_batch_1.bin … data_batch_5.bin")]
    [InlineData("data_batch_1.bin", "lacks test_batch.bin")]
    public void A_missing_file_is_named(string there, string message)
    {
        Write(there, 1);
        Assert.Contains(message, Assert.Throws<FileNotFoundException>(() => Cifar10.Load(_folder)).Message);
    }
}
