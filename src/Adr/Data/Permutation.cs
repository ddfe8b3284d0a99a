using Adr.Models;

namespace Adr.Data;

/// <summary>Seeded permutations that are the same on every machine, engine and device.</summary>
public static class Permutation
{
    private const long Stream = 0x53687566666C65; // "Shuffle": apart from the noise of attacks under the same seed

    /// <summary>A uniformly random permutation of 0 … <paramref name="count"/> − 1.</summary>
    /// <param name="count">How many positions, at least 0.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="epoch">Which permutation of this seed: another epoch, another order.</param>
    /// <returns>An array that holds every number from 0 to <paramref name="count"/> − 1 exactly once.</returns>
    /// <remarks>Fisher and Yates' shuffle (Durstenfeld 1964) whose draw i is a hash of (seed, epoch, i).</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static long[] Of(int count, long seed, int epoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var key = CounterNoise.Key(CounterNoise.Key((ulong)seed, Stream), epoch);
        var order = new long[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below(CounterNoise.Key(key, i), i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    // 64 random bits to [0, bound): the high half of the product (Lemire 2019); its bias is below bound · 2⁻⁶⁴
    private static long Below(ulong bits, long bound) => (long)Math.BigMul(bits, (ulong)bound, out _);
}
