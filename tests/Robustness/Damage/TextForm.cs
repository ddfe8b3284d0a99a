using System.Text;
using System.Text.RegularExpressions;

namespace Adr.Robustness.Damage;

/// <summary>Text: its numbers become extreme, and the format's own signs come where they do not belong.</summary>
/// <param name="signs">What means something in the format.</param>
internal sealed partial class TextForm(params string[] signs) : Form
{
    private static readonly string[] Extremes =
    [
        "0", "-0", "-1", "1.5", "1e400", "-1e400", "1e-400", "2147483647", "2147483648", "-2147483649",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "99999999999999999999999999999999999",
        "NaN", "Infinity", "\"7\"", "null", "0x10", "00", "", new('9', 400),
    ];

    internal override Damaged Damage(byte[] sample, byte[] other, Random random) => new(random.Next(3) switch
    {
        0 => ByteForm.Change(sample, other, random),
        1 => WithExtreme(sample, random),
        _ => WithSign(sample, random),
    });

    /// <summary>The text with one of its numbers replaced; the same where it has none.</summary>
    internal static byte[] WithExtreme(byte[] sample, Random random)
    {
        var text = Encoding.Latin1.GetString(sample); // byte for byte, whatever the encoding is
        var numbers = Number().Matches(text);
        if (numbers.Count == 0) return sample;
        var number = numbers[random.Next(numbers.Count)];
        return Encoding.Latin1.GetBytes(
            text[..number.Index] + Extremes[random.Next(Extremes.Length)] + text[(number.Index + number.Length)..]);
    }

    private byte[] WithSign(byte[] sample, Random random)
    {
        var sign = signs.Length == 0 ? "\0" : signs[random.Next(signs.Length)];
        if (random.Next(8) == 0) sign = string.Concat(Enumerable.Repeat(sign, 20_000 / sign.Length));
        var starts = Enumerable.Range(0, sample.Length).Where(i => i == 0 || sample[i - 1] == '\n').ToList();
        var at = random.Next(2) == 0 ? starts[random.Next(starts.Count)] : random.Next(sample.Length + 1);
        return [.. sample[..at], .. Encoding.UTF8.GetBytes(sign), .. sample[at..]];
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?([eE][+-]?\d+)?")]
    private static partial Regex Number();
}
