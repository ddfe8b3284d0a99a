using System.Text;

namespace Adr.Models;

/// <summary>Knows the files that are often taken for safetensors files, by how they begin.</summary>
internal static class OtherFormat
{
    private const string Convert =
        "Load it in Python and write it again: safetensors.torch.save_file(state_dict, path).";

    private static readonly (byte[] Beginning, string What)[] Known =
    [
        ([.. "version https://git-lfs"u8],
            "a pointer of Git LFS, and not the file itself. Fetch the file with: git lfs pull."),
        ([.. "PK\u0003\u0004"u8], $"a zip, as torch.save writes it (.pt, .pth). {Convert}"),
        ([0x80, 0x02], $"a pickle, as older versions of torch.save write it (.pt, .pth). {Convert}"),
        ([0x80, 0x03], $"a pickle. {Convert}"),
        ([0x80, 0x04], $"a pickle. {Convert}"),
        ([0x80, 0x05], $"a pickle. {Convert}"),
        ([0x89, .. "HDF"u8], $"an HDF5 file, as Keras writes it. {Convert}"),
        ([0x93, .. "NUMPY"u8], $"an array of NumPy. {Convert}"),
        ([.. "GGUF"u8], $"a GGUF file. {Convert}"),
        ([0x1f, 0x8b], "compressed by gzip. Unpack it first."),
        ([.. "<!doctype html"u8], "a web page: what was downloaded is not the file. Download the file itself."),
        ([.. "<html"u8], "a web page: what was downloaded is not the file. Download the file itself."),
        ([.. "<?xml"u8], "XML, as servers answer errors. Download the file itself."),
        ([.. "{"u8], "JSON text, perhaps the index of weights that are split into several files. Name such a file."),
    ];

    /// <summary>What a file is, with what to do; null where that is not known.</summary>
    /// <param name="file">It can seek; its position changes.</param>
    internal static string? Of(Stream file)
    {
        var beginning = new byte[64];
        file.Position = 0;
        var count = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        if (count == 0) return "empty.";
        // text may begin with a mark, or with blanks
        var start = beginning.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        while (start < count && char.IsWhiteSpace((char)beginning[start])) start++;
        var text = beginning[start..count];
        return Known.FirstOrDefault(known => Begins(beginning, known.Beginning) || Begins(text, known.Beginning)).What;
    }

    // whatever the case of letters
    private static bool Begins(byte[] file, byte[] beginning) => file.Length >= beginning.Length
        && file.Zip(beginning).Take(beginning.Length).All(pair => Lower(pair.First) == Lower(pair.Second));

    private static byte Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
}
