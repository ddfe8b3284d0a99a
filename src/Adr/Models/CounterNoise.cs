namespace Adr.Models;

/// <summary>Random numbers as a function of (key, counter) alone: SplitMix64 (Steele, Lea, Flood, OOPSLA
/// 2014).</summary>
/// <remarks>They do not depend on the engine, the device or the order of the calls. A key's numbers are the SplitMix64
/// sequence that starts there.</remarks>
public static class CounterNoise
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Folds <paramref name="value"/> into <paramref name="key"/>: different pairs give unrelated
    /// keys.</summary>
    public static ulong Key(ulong key, long value) => Mix(Mix(key + Golden) ^ (ulong)value);

    /// <summary>
    /// Fills <paramref name="target"/> with numbers uniform in [low, high), or with low where the two are equal.
    /// </summary>
    public static void Uniform(ulong key, double low, double high, Span<float> target)
    {
        var largest = (float)high < high ? (float)high : MathF.BitDecrement((float)high); // rounding reaches high
        largest = Math.Max(largest, (float)low);
        for (var i = 0; i < target.Length; i++)
            target[i] = Math.Min((float)(low + (high - low) * Fraction(key, 2 * (ulong)i)), largest);
    }

    /// <summary>Fills <paramref name="target"/> with standard normal numbers (Box–Muller; 2k and 2k+1 share two
    /// uniforms).</summary>
    public static void Normal(ulong key, Span<float> target)
    {
        for (var i = 0; i < target.Length; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - Fraction(key, (ulong)i))); // 1 - u is in (0,1]
            var (sin, cos) = Math.SinCos(2 * Math.PI * Fraction(key, (ulong)i + 1));
            target[i] = (float)(radius * cos);
            if (i + 1 < target.Length) target[i + 1] = (float)(radius * sin);
        }
    }

    // 53 random bits as a fraction in [0,1)
    private static double Fraction(ulong key, ulong counter) =>
        (Mix(key + Golden * (counter + 1)) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
