using Adr.Native;
using TorchSharp;

namespace Adr.Tests.Native;

public sealed class NativeTorchTests
{
    [Fact]
    public void Loads_and_may_be_asked_again()
    {
        NativeTorch.Load();
        NativeTorch.Load();

        using var one = torch.ones(1);
        Assert.Equal(1, one.item<float>());
    }

    [Fact]
    public void The_fallback_of_TorchSharp_that_copies_libtorch_never_started() =>
        Assert.False(Directory.Exists(Path.Combine(Path.GetDirectoryName(typeof(torch).Assembly.Location)!, "cpu")));

    [Fact]
    public void A_replacement_is_used_only_where_the_library_itself_cannot_be_loaded()
    {
        NativeTorch.Load();
        Assert.Equal(NativeTorch.Replacement is null, !OperatingSystem.IsLinux() || HasNewLibstdcxx());
    }

    [Fact]
    public void A_damaged_copy_in_the_cache_is_written_anew()
    {
        var name = Path.Combine("test", $"{Guid.NewGuid():N}.so");
        var file = NativeTorch.Cached(name, [1, 2, 3]);
        try
        {
            Assert.Equal([1, 2, 3], File.ReadAllBytes(file));
            File.WriteAllBytes(file, [1, 2]);
            Assert.Equal(file, NativeTorch.Cached(name, [1, 2, 3]));
            Assert.Equal([1, 2, 3], File.ReadAllBytes(file));
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!)); // no draft is left
        }
        finally
        {
            File.Delete(file);
            Directory.Delete(Path.GetDirectoryName(file)!);
        }
    }

    private static bool HasNewLibstdcxx()
    {
        var file = File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.IndexOf('/') is var at and >= 0 ? at : line.Length)..])
            .First(path => Path.GetFileName(path).StartsWith("libstdc++.so.6", StringComparison.Ordinal));
        return File.ReadAllBytes(file).AsSpan().IndexOf("GLIBCXX_3.4.32"u8) >= 0;
    }
}
