namespace Adr.Data;

/// <summary>Counter-based random words: a word depends on the keys alone, never on a carried state or on the engine.</summary>
/// <remarks>The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), chained over the keys.</remarks>
internal static class SplitMix64
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Mixes the keys, order included, into 64 random bits.</summary>
    internal static ulong Hash(params ReadOnlySpan<long> keys)
    {
        ulong word = 0;
        foreach (var key in keys) word = Finalise(word + Golden + (ulong)key);
        return word;
    }

    /// <summary>A seed in [0, 2⁶³) derived from the keys, for engines that take a non-negative <see cref="long"/>.</summary>
    internal static long Seed(params ReadOnlySpan<long> keys) => (long)(Hash(keys) >> 1);

    /// <summary>Maps random bits to [0, <paramref name="bound"/>): the high half of the product (Lemire 2019; bias below bound·2⁻⁶⁴).</summary>
    internal static long Below(ulong word, long bound) => (long)Math.BigMul(word, (ulong)bound, out _);

    private static ulong Finalise(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
