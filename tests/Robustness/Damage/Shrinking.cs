using System.Diagnostics;

namespace Adr.Robustness.Damage;

/// <summary>Makes an input smaller as long as the same goes wrong.</summary>
internal static class Shrinking
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Leaves out blocks, from half of the input down to single bytes.</summary>
    /// <param name="bytes">An input that goes wrong.</param>
    /// <param name="isWrong">Whether a smaller one goes wrong in the same way.</param>
    internal static byte[] Smallest(byte[] bytes, Func<byte[], bool> isWrong)
    {
        var clock = Stopwatch.StartNew();
        for (var size = bytes.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= bytes.Length;)
            {
                if (clock.Elapsed > Limit) return bytes;
                byte[] smaller = [.. bytes[..at], .. bytes[(at + size)..]];
                if (isWrong(smaller)) bytes = smaller;
                else at += size;
            }
        }
        return bytes;
    }
}
