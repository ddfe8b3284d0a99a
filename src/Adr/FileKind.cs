using System.Text;

namespace Adr;

/// <summary>Knows the files that are often taken for others, by how they begin.</summary>
internal static class FileKind
{
    private const string Again = "What was downloaded is not the file itself: fetch it again.";

    // What a file is and what to do about it; null where that is for the reader to say.
    private static readonly (byte[] Beginning, string What, string? Advice)[] Known =
    [
        ([.. "version https://git-lfs"u8], "a pointer of Git LFS", "Fetch the file itself with: git lfs pull."),
        ([.. "<?xml"u8], "XML, as servers answer errors", Again),
        ([.. "<"u8], "a web page", Again),
        ([.. "{"u8], "JSON text", "If it is the index of weights in several files, name one of those."),
        ([0x1F, 0x8B], "compressed by gzip", "Unpack it first."),
        ([.. "BZh"u8], "compressed by bzip2", "Unpack it first."),
        ([0xFD, .. "7zXZ\0"u8], "compressed by xz", "Unpack it first."),
        ([.. "PK\u0003\u0004"u8], "a zip archive, as torch.save writes it too (.pt, .pth)", null),
        ([0x80, 0x02], "a Python pickle, as older versions of torch.save write it too (.pt, .pth)", null),
        ([0x80, 0x03], "a Python pickle", null),
        ([0x80, 0x04], "a Python pickle", null),
        ([0x80, 0x05], "a Python pickle", null),
        ([0x89, .. "HDF"u8], "an HDF5 file", null),
        ([0x93, .. "NUMPY"u8], "an array of NumPy", null),
        ([.. "GGUF"u8], "a GGUF file", null),
    ];

    /// <summary>What a file is and what to do about it, as sentences to follow another one: " It is a web page. …"; ""
    /// where that is not known.</summary>
    /// <param name="rest">What follows the first bytes; it is read on.</param>
    /// <param name="otherwise">What to do where the file is of another format, and needs no more than that.</param>
    /// <param name="start">The first bytes, where some were read before.</param>
    internal static string Of(Stream rest, string otherwise, ReadOnlySpan<byte> start = default)
    {
        Span<byte> bytes = stackalloc byte[64];
        start.CopyTo(bytes);
        var more = bytes[start.Length..];
        bytes = bytes[..(start.Length + rest.ReadAtLeast(more, more.Length, throwOnEndOfStream: false))];
        if (bytes.IsEmpty) return " It is empty.";
        // Text may begin with a mark, or with blanks. A number of eight bytes, as safetensors begin, is no text.
        var text = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        text = text[..Math.Min(8, text.Length)].Contains((byte)0) ? [] : text.TrimStart(" \t\r\n"u8);
        foreach (var (beginning, what, advice) in Known)
            if ((beginning[0] is (byte)'<' or (byte)'{' ? text : bytes).StartsWith(beginning))
                return $" It is {what}. {advice ?? otherwise}";
        return "";
    }
}
