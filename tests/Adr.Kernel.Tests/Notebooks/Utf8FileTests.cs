using System.Text;
using Adr.Kernel.Notebooks;
using Adr.Testing;
using FsCheck;

namespace Adr.Kernel.Tests.Notebooks;

public sealed class Utf8FileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Law]
    public bool What_is_written_is_read(NonNull<string> text)
    {
        var whole = new string([.. text.Get.Where(c => c != 0 && !char.IsSurrogate(c))]).TrimStart('\ufeff');
        File.WriteAllText(path, whole);
        var plain = Utf8File.Read(path);
        File.WriteAllText(path, whole, Encoding.UTF8); // with a byte order mark
        return plain == whole && Utf8File.Read(path) == whole;
    }

    [Law]
    public bool Any_bytes_are_text_that_gives_the_same_bytes_or_are_refused(byte[] bytes)
    {
        try
        {
            var text = Utf8File.Decode(bytes);
            return Encoding.UTF8.GetBytes(text).SequenceEqual(bytes)
                || Encoding.UTF8.GetBytes('\ufeff' + text).SequenceEqual(bytes);
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    public static TheoryData<byte[], string> Bad => new()
    {
        { [0xff, 0xfe, (byte)'a', 0], "expected UTF-8, but this is UTF-16" },
        { [0xfe, 0xff, 0, (byte)'a'], "expected UTF-8, but this is UTF-16" },
        { [0xff, 0xfe, 0, 0, (byte)'a', 0, 0, 0], "expected UTF-8, but this is UTF-32" },
        { [0, 0, 0xfe, 0xff], "expected UTF-8, but this is UTF-32" },
        { [(byte)'a', 0, (byte)'\n', 0], "line 1: expected text in UTF-8, but there are the bytes 00" }, // UTF-16
        { [.. "a\n\n"u8, 0xe9, (byte)'a'], "line 3: expected text in UTF-8, but there are the bytes E9" },
        { [0xed, 0xa0, 0x80], "line 1: expected text in UTF-8" }, // half of a surrogate pair
        { [0xc0, 0x80], "line 1: expected text in UTF-8" }, // longer than necessary
        { [0xf4, 0x90, 0x80, 0x80], "line 1: expected text in UTF-8" }, // after the last character
        { [0xef, 0xbb, 0xbf, 0xe2, 0x82], "line 1: expected text in UTF-8" }, // cut off
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_no_utf8_is_refused_with_its_line(byte[] bytes, string why)
    {
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith(why, Assert.Throws<InvalidDataException>(() => Utf8File.Read(path)).Message);
        File.Move(path, path + ".dib");
        var problem = Assert.Throws<NotebookFormatException>(() => Notebook.Load(path + ".dib")).Message;
        Assert.StartsWith($"{path}.dib: {why}", problem);
        File.Delete(path + ".dib");
    }

    [Fact]
    public void What_is_too_long_is_refused_before_it_is_read()
    {
        File.WriteAllText(path, "12345");
        Assert.Equal("12345", Utf8File.Read(path, 5));
        Assert.Contains("at most 4 bytes", Assert.Throws<InvalidDataException>(() => Utf8File.Read(path, 4)).Message);
        if (!File.Exists("/dev/zero")) return; // which does not tell that it is endless
        var endless = Assert.Throws<InvalidDataException>(() => Utf8File.Read("/dev/zero", 4));
        Assert.Contains("at most 4 bytes", endless.Message);
    }
}
