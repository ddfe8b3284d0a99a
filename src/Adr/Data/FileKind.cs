namespace Adr.Data;

/// <summary>Recognises what lies under a file's name when it is not what the name says.</summary>
internal static class FileKind
{
    /// <summary>What a file is that begins with these bytes, and what to do about it, as the end of a sentence, such as
    /// " It is a zip archive; unpack it."; "" where it is nothing known.</summary>
    /// <param name="start">The first bytes, about 30.</param>
    internal static string Of(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.TrimStart(" \t\r\n"u8).StartsWith("<"u8) =>
            " It is a web page, of an error perhaps; fetch the file again.",
        _ when start.StartsWith("version https://git-lfs"u8) =>
            " It is a Git LFS pointer; git lfs pull fetches the file.",
        [(byte)'P', (byte)'K', 3, 4, ..] => " It is a zip archive; unpack it.",
        [0x1F, 0x8B, ..] => " It is compressed by gzip; unpack it.",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => " It is compressed by bzip2; unpack it.",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => " It is compressed by xz; unpack it.",
        [0x80, >= 2 and <= 5, ..] => " It is a Python pickle; fetch the binary version of the data.",
        [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => " It is an array of NumPy.",
        _ => "",
    };

    /// <inheritdoc cref="Of(ReadOnlySpan{byte})"/>
    /// <param name="rest">What follows the first bytes, which is read on.</param>
    /// <param name="start">The first bytes, where some were read before.</param>
    internal static string Of(Stream rest, ReadOnlySpan<byte> start = default)
    {
        Span<byte> bytes = stackalloc byte[32];
        start.CopyTo(bytes);
        var more = bytes[start.Length..];
        return Of(bytes[..(start.Length + rest.ReadAtLeast(more, more.Length, throwOnEndOfStream: false))]);
    }
}
