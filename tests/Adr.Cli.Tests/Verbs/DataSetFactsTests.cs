
namespace Adr.Cli.Tests;

public sealed class DataSetFactsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-data-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_that_cannot_be_read_is_a_finding_and_no_end()
    {
        var path = Path.Combine(folder, "t10k-labels-idx1-ubyte");
        using var locked = new FileStream(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.None); // unreadable to root, too

        var facts = DataSetFacts.FullMnist(folder);

        Assert.Equal(("partial", 0, 0), (facts.State, facts.Train, facts.Test));
        Assert.Contains(path, Assert.Single(facts.Missing), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_holds_nothing()
    {
        var facts = DataSetFacts.FullMnist(folder);

        Assert.Equal(("absent", 4), (facts.State, facts.Missing.Count));
    }

    [Fact]
    public void A_part_of_CIFAR_is_counted()
    {
        Assert.Equal("absent", DataSetFacts.Cifar("CIFAR-10", folder, "no file", 3073).State);
        File.WriteAllBytes(Path.Combine(folder, "data_batch_2.bin"), new byte[3 * 3073]);
        File.WriteAllBytes(Path.Combine(folder, "test_batch.bin"), new byte[2 * 3073]);
        var facts = DataSetFacts.Cifar("CIFAR-10", folder, null, 3073);
        Assert.Equal(("a part of it", 3, 2), (facts.State, facts.Train, facts.Test));
    }
}
