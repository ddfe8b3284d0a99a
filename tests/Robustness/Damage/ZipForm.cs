using System.IO.Compression;

namespace Adr.Robustness.Damage;

/// <summary>A zip archive: damaged itself, which the checksums of its entries cover, or in one of its entries, whose
/// checksum is made right again, or in its entries' names and order.</summary>
/// <param name="content">The form of the entries.</param>
internal sealed class ZipForm(Form content) : Form
{
    internal override Damaged Damage(byte[] sample, byte[] other, Random random)
    {
        if (random.Next(3) == 0) return new(ByteForm.Change(sample, other, random), IsCovered: true);
        var entries = Unpack(sample);
        var one = random.Next(entries.Count);
        switch (random.Next(8))
        {
            case 0: entries[one] = entries[one] with { Name = "../" + entries[one].Name }; break;
            case 1: entries[one] = entries[one] with { Name = entries[random.Next(entries.Count)].Name }; break;
            case 2: entries.RemoveAt(one); break;
            case 3: entries.Add(entries[one]); break;
            default:
                // the first entry is the pickle
                one = random.Next(2) == 0 ? 0 : one;
                var bytes = content.Damage(entries[one].Content, sample, random).Bytes;
                entries[one] = entries[one] with { Content = bytes };
                break;
        }
        return new(Pack(entries, random.Next(4) == 0 ? CompressionLevel.Optimal : CompressionLevel.NoCompression));
    }

    private static List<Entry> Unpack(byte[] packed)
    {
        using var archive = new ZipArchive(new MemoryStream(packed));
        return [.. archive.Entries.Select(entry =>
        {
            using var stream = entry.Open();
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            return new Entry(entry.FullName, bytes);
        })];
    }

    private static byte[] Pack(List<Entry> entries, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var stream = archive.CreateEntry(name, level).Open();
                stream.Write(bytes);
            }
        }
        return packed.ToArray();
    }

    private sealed record Entry(string Name, byte[] Content);
}
