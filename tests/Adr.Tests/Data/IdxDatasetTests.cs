using Adr.Data;

namespace Adr.Tests.Data;

public sealed class IdxDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_images_of_any_size_and_any_number_of_classes()
    {
        Write([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 51, 102, 153, 204, 255],
            [0, 0, 8, 1, 0, 0, 0, 2, 11, 0]);
        using var data = Load([.. Enumerable.Range(0, 12).Select(i => $"{i}")]);
        Assert.Equal(("mine", 2, 12), (data.Name, data.Count, data.Classes));
        Assert.Equal([2, 1, 1, 3], data.Images.shape);
        Assert.Equal([0, 0.2f, 0.4f, 0.6f, 0.8f, 1], data.Images.data<float>().ToArray());
        Assert.Equal([11L, 0L], data.Labels.data<long>().ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 5 }, new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 0 }, "holds 1 bytes")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 },
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 0 }, "1×0×1 bytes")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9 },
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 2, 0, 0 }, "2 labels for the 1 images")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9 },
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 2 }, "label 2 at position 0; expected 0 to 1")]
    public void Refuses_files_that_do_not_fit(byte[] images, byte[] labels, string reason)
    {
        Write(images, labels);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Load(["a", "b"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_a_folder_is_no_file() => Assert.Equal($"{_folder.Path} is a folder; expected a file.",
        Assert.Throws<IOException>(() => IdxReader.Read(_folder.Path)).Message);

    private void Write(byte[] images, byte[] labels)
    {
        File.WriteAllBytes(_folder["images"], images);
        File.WriteAllBytes(_folder["labels"], labels);
    }

    private Dataset Load(string[] classes) => IdxDataset.Load("mine", _folder["images"], _folder["labels"], classes);
}
