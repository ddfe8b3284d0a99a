using Adr.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

public sealed class Cifar100Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Write(string file, params (byte Coarse, byte Fine)[] labels) => File.WriteAllBytes(_folder[file],
        [.. labels.SelectMany((label, record) =>
            new[] { label.Coarse, label.Fine }.Concat(Enumerable.Range(0, 3072)
            .Select(i => (byte)(i / 1024 * 80 + (i + record) % 32))))]);

    [Fact]
    public void A_record_has_two_labels_and_three_planes()
    {
        Write("train.bin", (11, 47), (19, 99));
        Write("test.bin", (0, 4));
        foreach (var (kind, labels, classes, last) in new[] { (CifarLabels.Fine, new[] { 47L, 99L }, 100, "worm"),
            (CifarLabels.Coarse, [11L, 19L], 20, "vehicles 2") })
        {
            var (train, test) = Cifar100.Load(kind, _folder.Path);
            using (train)
            using (test)
            {
                Assert.Equal("CIFAR-100 train (2 of 50000)", train.Name);
                Assert.Equal(labels, train.Labels.data<long>().ToArray());
                Assert.Equal((classes, last), (train.Classes, train.ClassNames[^1]));
                Assert.Equal((2 * 80 + (31 * 32 + 7 + 1) % 32) / 255f, train.Images[1, 2, 31, 7].item<float>(), 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(20, 5, "record 1 is 20; expected 0 to 19")]
    [InlineData(3, 100, "record 1 is 100; expected 0 to 99")]
    public void A_label_out_of_range_is_refused_by_its_place(byte coarse, byte fine, string message)
    {
        Write("test.bin", (1, 1));
        Write("train.bin", (1, 1), (coarse, fine));
        Assert.Contains(message,
            Assert.Throws<InvalidDataException>(() => Cifar100.Load(folder: _folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_named_with_the_way_to_get_it()
    {
        Write("test.bin", (1, 1));
        var message = Assert.Throws<FileNotFoundException>(() => Cifar100.Load(folder: _folder.Path)).Message;
        Assert.Contains("lacks train.bin", message, StringComparison.Ordinal);
        Assert.Contains("cifar-100-binary.tar.gz", message, StringComparison.Ordinal);
        Assert.Equal(Cifar100.Missing(_folder.Path),
            message[message.IndexOf(_folder.Path, StringComparison.Ordinal)..]);
    }

    [Fact]
    public void Files_of_CIFAR_10_are_refused()
    {
        Write("test.bin", (1, 1));
        File.WriteAllBytes(_folder["train.bin"], new byte[2 * 3073]);
        Assert.Contains("records of 3074",
            Assert.Throws<InvalidDataException>(() => Cifar100.Load(folder: _folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [WithCifar100]
    public void The_real_files_have_images_of_every_class()
    {
        var (train, test) = Cifar100.Load();
        using (train)
        using (test)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(10_000, test.Count);
            Assert.All(Enumerable.Range(0, 100), k => Assert.Equal(100, test.Labels.eq(k).sum().item<long>()));
        }
    }
}

/// <summary>A test that needs CIFAR-100 under ADR_DATA.</summary>
internal sealed class WithCifar100Attribute : FactAttribute
{
    public WithCifar100Attribute()
    {
        if (Environment.GetEnvironmentVariable("ADR_DATA") is null
            || Cifar100.Missing() is not null) Skip = "ADR_DATA/cifar-100-binary is not here";
    }
}
