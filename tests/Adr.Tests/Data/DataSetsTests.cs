using Adr.Data;

namespace Adr.Tests.Data;

public static class DataSetsTests
{
    [Theory]
    [InlineData("mnist-10k", 8500, 1500, 10, 1)]
    [InlineData("gratings-10", 2000, 500, 10, 3)]
    [InlineData("gratings-100", 2000, 500, 100, 3)]
    [InlineData("moons", 1000, 500, 2, 1)]
    [InlineData("circles", 1000, 500, 2, 1)]
    [InlineData("blobs", 1000, 500, 3, 1)]
    public static void That_need_no_file_are_always_there(string name, int trainCount, int testCount, int classes,
        long channels)
    {
        Assert.Null(DataSets.Missing(name));
        var (train, test) = DataSets.Load(name);
        using (train)
        using (test)
            Assert.Equal((trainCount, testCount, classes, channels),
                (train.Count, test.Count, train.Classes, train.ImageShape[0]));
    }

    [Fact]
    public static void Are_known_by_name_and_by_no_other()
    {
        Assert.Contains("cifar-100", DataSets.Names);
        foreach (var call in new Action[] { () => DataSets.Load("imagenet"), () => DataSets.Missing("imagenet") })
            Assert.Contains("Choose one of mnist-10k, mnist, fashion-mnist, cifar-10, "
                + "cifar-100", Assert.Throws<ArgumentException>("name", call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void That_are_missing_say_how_to_get_them()
    {
        foreach (var name in DataSets.Names)
            if (DataSets.Missing(name) is { } missing) Assert.Matches("https?://|apt install|Download", missing);
    }
}
