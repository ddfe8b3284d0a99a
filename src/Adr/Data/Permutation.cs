namespace Adr.Data;

/// <summary>Seeded permutations that are the same on every machine, engine and device.</summary>
public static class Permutation
{
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
        var order = new long[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = SplitMix64.Below(SplitMix64.Hash(seed, epoch, i), i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
