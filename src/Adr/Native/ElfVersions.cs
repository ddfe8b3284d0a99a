using System.Buffers.Binary;
using System.Text;

namespace Adr.Native;

/// <summary>
/// The symbol versions that an ELF file (64 bits, little-endian: Linux on x86-64 and Arm64) needs of other libraries,
/// as its section <c>.gnu.version_r</c> lists them.
/// </summary>
/// <remarks>Layouts: System V ABI, and the symbol versioning chapter of the Linux Standard Base.</remarks>
internal static class ElfVersions
{
    private const int DynamicSymbols = 11, VersionNeeds = 0x6ffffffe, SymbolVersions = 0x6fffffff; // section types
    private const ushort Weak = 2; // the loader does without a weak version that the library lacks

    /// <summary>Marks one needed version as weak, in place. Nothing else changes.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="library">The library that should have the version, such as <c>libstdc++.so.6</c>.</param>
    /// <param name="version">The version, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <param name="onlySymbol">The one symbol that may ask for it; a file in which another does is refused.</param>
    /// <exception cref="InvalidDataException">
    /// The file is no such ELF file, does not need the version, or needs it for another symbol.
    /// </exception>
    internal static void Weaken(Span<byte> file, string library, string version, string onlySymbol)
    {
        try
        {
            var need = Find(file, library, version);
            var index = U16(file, need + 6);
            var symbols = SymbolsOf(file, index);
            if (symbols is not [var symbol] || symbol != onlySymbol)
                throw new InvalidDataException($"{version} is needed for "
                    + $"{string.Join(", ", symbols.DefaultIfEmpty("no symbol"))}; "
                    + $"expected {onlySymbol} alone.");
            BinaryPrimitives.WriteUInt16LittleEndian(file[(need + 4)..], Weak);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF file is cut off or damaged: a table lies outside of it.", error);
        }
    }

    /// <summary>Where the entry of a needed version begins: its hash, flags, index, name, and the way to the
    /// next.</summary>
    private static int Find(ReadOnlySpan<byte> file, string library, string version)
    {
        var section = Section(file, VersionNeeds);
        var names = SectionAt(file, section.Link).Offset;
        for (var (at, more) = (section.Offset, true); more; at += (int)U32(file, at + 12))
        {
            more = U32(file, at + 12) != 0;
            if (Text(file, names + (int)U32(file, at + 4)) != library) continue;
            var entry = at + (int)U32(file, at + 8);
            for (var left = U16(file, at + 2); left > 0; left--, entry += (int)U32(file, entry + 12))
                if (Text(file, names + (int)U32(file, entry + 8)) == version) return entry;
        }
        throw new InvalidDataException($"The ELF file does not need {version} of {library}.");
    }

    private static List<string> SymbolsOf(ReadOnlySpan<byte> file, ushort index)
    {
        const int symbolSize = 24;
        var (versions, symbols) = (Section(file, SymbolVersions), Section(file, DynamicSymbols));
        var names = SectionAt(file, symbols.Link).Offset;
        var found = new List<string>();
        for (var i = 0; i < symbols.Size / symbolSize; i++)
            if (U16(file, versions.Offset + 2 * i) == index)
                found.Add(Text(file, names + (int)U32(file, symbols.Offset + symbolSize * i)));
        return found;
    }

    private static (int Offset, int Size, int Link) Section(ReadOnlySpan<byte> file, uint type)
    {
        if (file.Length < 64 || !file.StartsWith("\u007fELF\u0002\u0001"u8)) // 64 bits, little-endian
            throw new InvalidDataException("This is no 64-bit little-endian ELF file.");
        for (var i = 0; i < U16(file, 60); i++)
            if (U32(file, HeaderOf(file, i) + 4) == type) return SectionAt(file, i);
        throw new InvalidDataException($"The ELF file has no section of type 0x{type:x}.");
    }

    private static (int Offset, int Size, int Link) SectionAt(ReadOnlySpan<byte> file, int number)
    {
        var header = HeaderOf(file, number);
        return (I64(file, header + 24), I64(file, header + 32), (int)U32(file, header + 40));
    }

    private static int HeaderOf(ReadOnlySpan<byte> file, int number) => checked(I64(file, 40) + number * U16(file, 58));

    private static ushort U16(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);

    private static uint U32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);

    private static int I64(ReadOnlySpan<byte> file, int at) =>
        checked((int)BinaryPrimitives.ReadInt64LittleEndian(file[at..]));

    private static string Text(ReadOnlySpan<byte> file, int at)
    {
        var text = file[at..];
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }
}
