using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Engine;

/// <summary>Large tensors, whose memory native/allocator.cpp keeps.</summary>
[Collection(nameof(GlobalState))]
public sealed class KeptMemoryTests
{
    private const long Mebibyte = 1 << 20;

    private static Tensor Bytes(long count) => empty([count], uint8);

    private static unsafe nint Place(Tensor t)
    {
        nint place;
        Native.Check(Native.Data(t.Handle, &place));
        return place;
    }

    private static long Resident() => Environment.WorkingSet / Mebibyte;

    [Fact]
    public void Large_tensors_start_on_a_huge_page()
    {
        using var scope = NewDisposeScope();
        foreach (var size in new[] { Mebibyte, 3 * Mebibyte, 11 * Mebibyte + 5 }) Assert.Equal(0, Place(Bytes(size)) % (2 * Mebibyte));
    }

    [Fact]
    public void The_next_tensor_of_a_size_lies_where_the_last_one_lay()
    {
        nint first;
        using (var t = Bytes(9 * Mebibyte)) first = Place(t);
        using var next = Bytes(9 * Mebibyte - 100);
        Assert.Equal(first, Place(next));
    }

    [Fact]
    public void Living_tensors_share_nothing()
    {
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 40).Select(i => full([(2 + i % 5) * Mebibyte / 4], (float)i)).ToList();
        foreach (var i in new[] { 3, 11, 12, 30 }) tensors[i].Dispose();
        var later = Enumerable.Range(100, 10).Select(i => full([(2 + i % 5) * Mebibyte / 4], (float)i)).ToList();
        foreach (var (t, i) in tensors.Select((t, i) => (t, i)).Where(p => p.i is not (3 or 11 or 12 or 30)).Concat(later.Select((t, i) => (t, i + 100))))
            Assert.True(t.eq(i).all().item<bool>());
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        var before = Resident();
        for (var size = 20; size < 120; size++) // each larger than those that wait may serve: 7 GiB in all
        {
            using var t = zeros([size * Mebibyte], uint8);
        }
        Assert.InRange(Resident() - before, -1024, 700); // 512 MiB may wait
    }

    [Fact]
    public void A_tensor_larger_than_any_memory_is_refused_in_words() =>
        Assert.Contains("memory", Assert.ThrowsAny<Exception>(() => empty([1L << 50], uint8)).Message);
}
