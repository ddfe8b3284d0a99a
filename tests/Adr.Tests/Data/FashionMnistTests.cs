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

    [WithMnist]
    public static void MNIST_in_its_folder_is_refused()
    {
        var error = Assert.Throws<InvalidDataException>(() => FashionMnist.Load(Mnist.DefaultFolder));
        Assert.Contains("is not Fashion-MNIST's train-images-idx3-ubyte: it holds the train-images-idx3-ubyte of MNIST",
            error.Message, StringComparison.Ordinal);
        var found = FashionMnist.Examine(Mnist.DefaultFolder);
        Assert.Equal((4, 0, 0), (found.Problems.Count, found.Train, found.Test));
        Assert.All(found.Problems, line => Assert.Contains("of MNIST", line, StringComparison.Ordinal));
    }

    [WithFashionMnist]
    public static void It_is_refused_in_the_folder_of_MNIST() => Assert.Contains(
        "train-images-idx3-ubyte of Fashion-MNIST",
        Assert.Throws<InvalidDataException>(() => Mnist.Full(FashionMnist.DefaultFolder)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("raw")]
    [InlineData("FashionMNIST/raw")]
    public static void Pictures_of_your_own_are_read_and_named_so(string below)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[below]);
        foreach (var (name, _) in FashionMnist.Files)
            File.WriteAllBytes(Path.Combine(folder[below], name.Replace("-idx", ".idx", StringComparison.Ordinal)),
                name.Contains("images", StringComparison.Ordinal)
                    ? [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[784]]
                    : [0, 0, 8, 1, 0, 0, 0, 1, 9]);
        var (train, test) = FashionMnist.Load(folder.Path);
        using (train)
        using (test)
            Assert.Equal(("Fashion-MNIST train (1 images, not the original 60000)", 1), (train.Name, test.Count));
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
