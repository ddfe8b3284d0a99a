using Adr.Data;

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

        var facts = Mnist();

        Assert.Equal(("partial", 0, 0), (facts.State, facts.Train, facts.Test));
        Assert.Equal(4, facts.Missing.Count);
        Assert.Contains(facts.Missing, line => line.Contains($"'{path}'", StringComparison.Ordinal)); // used elsewhere
    }

    [Fact]
    public void An_empty_folder_holds_nothing()
    {
        var facts = Mnist();

        Assert.Equal(("absent", 4), (facts.State, facts.Missing.Count));
    }

    [Fact]
    public void A_set_that_can_be_loaded_and_is_not_the_original_is_named_so()
    {
        foreach (var (name, _) in Data.Mnist.Files)
            File.WriteAllBytes(Path.Combine(folder, name), name.Contains("images", StringComparison.Ordinal)
                ? [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[784]]
                : [0, 0, 8, 1, 0, 0, 0, 1, 9]);
        var facts = Mnist();
        Assert.Equal(("a part of it", 1, 1), (facts.State, facts.Train, facts.Test));
        Assert.Equal(4, facts.Notes.Count);
    }

    [Fact]
    public void A_part_of_CIFAR_is_counted()
    {
        Assert.Equal("absent", Cifar().State);
        File.WriteAllBytes(Path.Combine(folder, "data_batch_2.bin"), new byte[3 * 3073]);
        Assert.Equal("partial", Cifar().State);
        File.WriteAllBytes(Path.Combine(folder, "test_batch.bin"), new byte[2 * 3073]);
        var facts = Cifar();
        Assert.Equal(("a part of it", 3, 2), (facts.State, facts.Train, facts.Test));
    }

    [Fact]
    public void A_file_of_CIFAR_that_cannot_be_loaded_is_a_finding()
    {
        File.WriteAllBytes(Path.Combine(folder, "data_batch_2.bin"), new byte[3073 + 1]);
        File.WriteAllBytes(Path.Combine(folder, "test_batch.bin"), [10, .. new byte[3072]]);
        var facts = Cifar();
        Assert.Equal(("partial", 0, 0), (facts.State, facts.Train, facts.Test));
        Assert.Contains(facts.Missing, line => line.Contains("3074 bytes", StringComparison.Ordinal));
        Assert.Contains(facts.Missing, line => line.Contains("label of record 0 is 10", StringComparison.Ordinal));
    }

    private DataSetFacts Mnist() => DataSetFacts.Of("MNIST", Data.Mnist.Examine(folder));

    private DataSetFacts Cifar() => DataSetFacts.Of("CIFAR-10", Cifar10.Examine(folder));
}
