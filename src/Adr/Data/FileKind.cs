namespace Adr.Data;

/// <summary>Recognises what lies under a file's name when it is not what the name says.</summary>
internal static class FileKind
{
    /// <summary>As many bytes as are looked at.</summary>
    internal const int Length = 32;

    /// <summary>What a file is that begins with these bytes, and what to do about it, as the end of a sentence, such as
    /// " It is a zip archive; unpack it."; "" where it is nothing known.</summary>
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

    /// <summary>The same of a file.</summary>
    internal static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[Length];
        return Of(start.AsSpan(0, file.ReadAtLeast(start, Length, throwOnEndOfStream: false)));
    }
}
