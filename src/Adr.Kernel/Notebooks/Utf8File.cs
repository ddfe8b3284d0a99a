using System.Text;

namespace Adr.Kernel.Notebooks;

/// <summary>Reads text files whose every byte must be UTF-8.</summary>
/// <remarks>
/// The framework's readers replace what is not UTF-8 by U+FFFD. A file that is then written has lost its text.
/// </remarks>
public static class Utf8File
{
    /// <summary>The longest file that is read, in bytes: 512 MiB.</summary>
    public const int Longest = 512 << 20;

    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The byte order marks of other encodings. That of UTF-32 begins like that of UTF-16.
    private static readonly (byte[] Mark, string Name)[] Others =
    [
        ([0xff, 0xfe, 0, 0], "UTF-32"), ([0, 0, 0xfe, 0xff], "UTF-32"),
        ([0xff, 0xfe], "UTF-16"), ([0xfe, 0xff], "UTF-16"),
    ];

    /// <summary>The text of a file, without its byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">The longest file to read, in bytes.</param>
    /// <exception cref="InvalidDataException">
    /// The file is longer, or it is not UTF-8. The message names the line, and does not name the file.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static string Read(string path, int longest = Longest) => Decode(ReadBytes(path, longest));

    /// <summary>The text of bytes in UTF-8, without their byte order mark.</summary>
    /// <exception cref="InvalidDataException">The bytes are not UTF-8. The message names the line.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        foreach (var (mark, name) in Others)
        {
            if (bytes.StartsWith(mark))
                throw new InvalidDataException($"expected UTF-8, but this is {name}. Save the file as UTF-8.");
        }
        var text = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        if (text.IndexOf((byte)0) is >= 0 and var zero) throw Bad(text, zero, "00");
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException error)
        {
            throw Bad(text, error.Index, Convert.ToHexString(error.BytesUnknown!));
        }
    }

    private static InvalidDataException Bad(ReadOnlySpan<byte> text, int at, string bytes) => new(
        $"line {text[..at].Count((byte)'\n') + 1}: expected text in UTF-8, but there are the bytes {bytes}. " +
        "Save the file as UTF-8.");

    // A device or a pipe does not tell its length, so the bytes are counted too.
    private static byte[] ReadBytes(string path, int longest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.CanSeek && file.Length > longest) throw TooLong();
        using var bytes = new MemoryStream(file.CanSeek ? (int)file.Length : 0);
        var buffer = new byte[81920];
        while (file.Read(buffer) is > 0 and var read)
        {
            if (bytes.Length + read > longest) throw TooLong();
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();

        InvalidDataException TooLong() => new($"expected at most {longest:N0} bytes, but the file is longer.");
    }
}
