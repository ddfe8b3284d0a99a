using System.Buffers.Binary;

namespace Adr.Robustness.Damage;

/// <summary>Bytes without structure: flipped, deleted, inserted, repeated, cut off, spliced, set to extremes.</summary>
internal sealed class ByteForm : Form
{
    private static readonly ulong[] Extremes =
    [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, long.MaxValue,
        1UL << 63, ulong.MaxValue,
    ];

    internal override Damaged Damage(byte[] sample, byte[] other, Random random) => new(Change(sample, other, random));

    /// <summary>One to three changes.</summary>
    internal static byte[] Change(byte[] sample, byte[] other, Random random)
    {
        var bytes = sample;
        for (var i = random.Next(3); i >= 0; i--) bytes = Once(bytes, other, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, byte[] other, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var rest = bytes.Length - at;
        var length = Math.Min(rest, random.Next(2) == 0 ? random.Next(1, 9) : random.Next(1, bytes.Length + 2));
        switch (random.Next(8))
        {
            case 0: return Flip(bytes, random);
            case 1: return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2: return [.. bytes[..at], .. Filling(random.Next(1, 64), random), .. bytes[at..]];
            case 3: return [.. bytes[..(at + length)], .. bytes[at..]]; // a block twice
            case 4: return bytes[..at];
            case 5: return [.. bytes[..at], .. other[random.Next(other.Length + 1)..]];
            case 6: return [.. bytes, .. Filling(random.Next(1, 64), random)];
            default: return SetExtreme(bytes, random);
        }
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        byte[] flipped = [.. bytes];
        for (var i = random.Next(1, 9); i > 0 && flipped.Length > 0; i--)
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static byte[] Filling(int length, Random random)
    {
        var filling = new byte[length];
        if (random.Next(2) == 0) random.NextBytes(filling);
        else Array.Fill(filling, random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
        return filling;
    }

    // More often near the start, where the numbers of most formats stand.
    private static byte[] SetExtreme(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        var size = 1 << random.Next(4);
        if (changed.Length < size) return changed;
        var places = random.Next(2) == 0 ? Math.Min(changed.Length, 64) - size : changed.Length - size;
        var place = changed.AsSpan(random.Next(Math.Max(places, 0) + 1), size);
        Span<byte> word = stackalloc byte[8];
        var value = Extremes[random.Next(Extremes.Length)];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, value);
            word[..size].CopyTo(place);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(word, value);
            word[^size..].CopyTo(place);
        }
        return changed;
    }
}
