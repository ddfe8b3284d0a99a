using Adr.Data;

namespace Adr.Tests.Data;

public static class FashionMnistTests
{
    [Fact]
    public static void What_is_missing_is_named_with_the_way_to_get_it()
    {
        using var folder = new TemporaryFolder();
        var message = Assert.Throws<FileNotFoundException>(() => FashionMnist.Load(folder.Path)).Message;
        Assert.Contains("train-images-idx3-ubyte.gz is missing", message, StringComparison.Ordinal);
        Assert.Contains("apt install dataset-fashion-mnist", message, StringComparison.Ordinal);
        Assert.Equal(4, FashionMnist.Problems(folder.Path).Count);
    }

    [WithFashionMnist]
    public static void The_real_files_are_what_they_must_be()
    {
        Assert.Empty(FashionMnist.Problems());
        var (train, test) = FashionMnist.Load();
        using (train)
        using (test)
        {
            Assert.Equal((60_000, 10_000, 10), (train.Count, test.Count, train.Classes));
            Assert.Equal("Ankle boot", train.ClassNames[(int)train.Labels[0].item<long>()]); // the set begins so
        }
    }
}

/// <summary>A test that needs Fashion-MNIST, such as Debian's package has it.</summary>
internal sealed class WithFashionMnistAttribute : FactAttribute
{
    public WithFashionMnistAttribute()
    {
        if (!Directory.Exists(FashionMnist.DefaultFolder)) Skip =
            "Fashion-MNIST is not here (Debian: apt install dataset-fashion-mnist)";
    }
}
