using System.Buffers.Binary;
using System.Text;
using Adr.Native;

namespace Adr.Tests.Native;

public static class ElfVersionsTests
{
    private const string Library = "libstdc++.so.6", Version = "GLIBCXX_3.4.32",
        Symbol = "_ZSt21ios_base_library_initv";

    // A file with two libraries of two versions each, and one symbol for each version.
    private static byte[] File(params string[] symbolsOfVersion)
    {
        var names = new MemoryStream();
        int Name(string text)
        {
            var at = (int)names.Length;
            names.Write(Encoding.ASCII.GetBytes(text + "\0"));
            return at;
        }
        Name("");
        var needs = new List<byte>();
        void Put16(params int[] values) =>
            needs.AddRange(values.SelectMany(value => BitConverter.GetBytes((ushort)value)));
        void Put32(params int[] values) => needs.AddRange(values.SelectMany(BitConverter.GetBytes));
        var index = 2;
        foreach (var (library, versions, last) in new[] { ("libc.so.6", new[] { "GLIBC_2.2.5", "GLIBC_2.34" }, false),
            (Library, ["GLIBCXX_3.4", Version], true) })
        {
            Put16(1, versions.Length);
            Put32(Name(library), 16, last ? 0 : 16 + 16 * versions.Length);
            for (var i = 0; i < versions.Length; i++)
            {
                Put32(0x1234567);
                Put16(0, index++);
                Put32(Name(versions[i]), i + 1 < versions.Length ? 16 : 0);
            }
        }
        var symbols = new[] { ("", 0), ("malloc", 2), ("pthread_create", 3),
            ("_ZNSo3putEc", 4) }.Concat(symbolsOfVersion.Select(name => (name, 5))).ToArray();
        var (table, versionsOfSymbols) = (new byte[24 * symbols.Length], new byte[2 * symbols.Length]);
        for (var i = 0; i < symbols.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(24 * i), Name(symbols[i].Item1));
            BinaryPrimitives.WriteInt16LittleEndian(versionsOfSymbols.AsSpan(2 * i), (short)symbols[i].Item2);
        }
        (int Type, byte[] Bytes, int Link)[] sections =
            [(0, [], 0), (3, names.ToArray(), 0), (11, table, 1), (0x6fffffff, versionsOfSymbols, 2),
                (0x6ffffffe, needs.ToArray(), 1)];
        var file = new byte[64 + sections.Sum(section => section.Bytes.Length) + 64 * sections.Length];
        var header = file.AsSpan();
        "\u007fELF\u0002\u0001"u8.CopyTo(header);
        var at = 64;
        var headers = file.Length - 64 * sections.Length;
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], headers);
        BinaryPrimitives.WriteInt16LittleEndian(header[58..], 64);
        BinaryPrimitives.WriteInt16LittleEndian(header[60..], (short)sections.Length);
        for (var i = 0; i < sections.Length; i++)
        {
            sections[i].Bytes.CopyTo(header[at..]);
            var own = header[(headers + 64 * i)..];
            BinaryPrimitives.WriteInt32LittleEndian(own[4..], sections[i].Type);
            BinaryPrimitives.WriteInt64LittleEndian(own[24..], at);
            BinaryPrimitives.WriteInt64LittleEndian(own[32..], sections[i].Bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(own[40..], sections[i].Link);
            at += sections[i].Bytes.Length;
        }
        return file;
    }

    private static string Problem(byte[] file, string version = Version) =>
        Assert.Throws<InvalidDataException>(() => ElfVersions.Weaken(file, Library, version, Symbol)).Message;

    [Fact]
    public static void One_flag_of_one_version_changes()
    {
        var (before, after) = (File(Symbol), File(Symbol));

        ElfVersions.Weaken(after, Library, Version, Symbol);

        var changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        Assert.Equal((0, 2), (before[changed], after[changed]));
        // right behind its hash
        Assert.Equal(0x1234567, BinaryPrimitives.ReadInt32LittleEndian(after.AsSpan(changed - 4)));
        Assert.Equal(5, after[changed + 2]); // and before its index
    }

    [Fact]
    public static void A_version_that_something_else_needs_stays_as_it_is()
    {
        Assert.Contains("_ZSt4cout", Problem(File(Symbol, "_ZSt4cout")), StringComparison.Ordinal);
        Assert.Contains("no symbol", Problem(File()), StringComparison.Ordinal);
    }

    [Fact]
    public static void What_is_not_needed_is_refused() =>
        Assert.Contains("does not need GLIBCXX_9", Problem(File(Symbol), "GLIBCXX_9"), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("MZ")]
    [InlineData("\u007fELF\u0001\u0001 thirty-two bits, and long enough to hold a header of sixty-four bytes")]
    public static void What_is_no_such_file_is_refused(string text) =>
        Assert.Contains("no 64-bit", Problem(Encoding.Latin1.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public static void A_file_cut_anywhere_is_refused_or_was_not_needed_there_and_nothing_else_happens()
    {
        var whole = File(Symbol);
        for (var length = 0; length < whole.Length; length++)
        {
            var refused = Record.Exception(() => ElfVersions.Weaken(whole.AsSpan(0, length).ToArray(), Library,
                Version, Symbol));
            // before the last header
            if (length <= whole.Length - 64 || refused is not null) Assert.IsType<InvalidDataException>(refused);
        }
    }
}
