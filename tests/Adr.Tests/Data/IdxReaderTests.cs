using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Adr.Data;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Adr.Tests.Data;

[Properties(Arbitrary =
[
    typeof(IdxReaderTests.Sample), typeof(IdxReaderTests.Place), typeof(IdxReaderTests.Appended),
    typeof(IdxReaderTests.Flip), typeof(IdxReaderTests.Noise), typeof(IdxReaderTests.Members),
    typeof(IdxReaderTests.Splice),
])]
public static class IdxReaderTests
{
    /// <summary>A valid file: its dimensions, the seed of its values, and whether it is compressed.</summary>
    public sealed record Sample(int[] Shape, int Seed, bool Gzip)
    {
        public static Arbitrary<Sample> Any { get; } = Arb.From(
            from rank in Gen.Choose(1, 4)
            from shape in Gen.Choose(0, 6).ArrayOf(rank)
            from seed in Gen.Choose(0, int.MaxValue)
            from gzip in Gen.Elements(true, false)
            select new Sample(shape, seed, gzip));

        internal byte[] Values { get; } = RandomBytes(Seed, Shape.Aggregate(1, (a, b) => a * b));

        internal byte[] Bytes => Gzip ? Compress(Plain) : Plain;

        internal byte[] Plain
        {
            get
            {
                var bytes = new byte[4 + 4 * Shape.Length + Values.Length];
                bytes[2] = 8;
                bytes[3] = (byte)Shape.Length;
                for (var i = 0; i < Shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i),
                    Shape[i]);
                Values.CopyTo(bytes, 4 + 4 * Shape.Length);
                return bytes;
            }
        }

        public override string ToString() =>
            $"{string.Join('×', Shape)} bytes of seed {Seed}, {(Gzip ? "compressed" : "plain")}";
    }

    /// <summary>A valid file and a place in it.</summary>
    public sealed record Place(Sample File, int At)
    {
        internal static readonly Gen<Place> InAnyFile =
            from file in Sample.Any.Generator
            from at in Gen.Choose(0, file.Bytes.Length - 1)
            select new Place(file, at);

        public static Arbitrary<Place> Any { get; } = InAnyFile.ToArbitrary();
    }

    /// <summary>A valid file and bytes that come after it.</summary>
    public sealed record Appended(Sample File, byte[] Extra)
    {
        public static Arbitrary<Appended> Any { get; } = Arb.From(
            from file in Sample.Any.Generator
            from extra in Gen.Choose(0, 255).NonEmptyListOf()
            select new Appended(file, [.. extra.Select(b => (byte)b)]));

        public override string ToString() => $"{File}, and {Convert.ToHexString(Extra)}";
    }

    /// <summary>A place in a compressed file, and what its byte is changed by.</summary>
    public sealed record Flip(Place Place, byte By)
    {
        public static Arbitrary<Flip> Any { get; } = Arb.From(
            from place in Place.InAnyFile.Where(place => place.File.Gzip)
            from change in Gen.Choose(1, 255)
            select new Flip(place, (byte)change));
    }

    /// <summary>A valid file whose content is divided among several members, and zeros behind the last.</summary>
    public sealed record Members(Sample File, int[] Cuts, CompressionLevel[] Levels, byte[] Flags, int Zeros)
    {
        private const int HeaderChecksum = 2, ExtraField = 4, Name = 8, Comment = 16;

        public static Arbitrary<Members> Any { get; } = Arb.From(
            from file in Sample.Any.Generator
            from cuts in Gen.Choose(0, file.Plain.Length).ListOf().Where(cuts => cuts.Count < 5)
            from levels in Gen.Elements(CompressionLevel.NoCompression, CompressionLevel.Fastest,
                CompressionLevel.SmallestSize).ArrayOf(cuts.Count + 1)
            from flags in Gen.Choose(0, 31).ArrayOf(cuts.Count + 1)
            from zeros in Gen.Choose(0, 20)
            select new Members(file, [.. cuts.Order()], levels, [.. flags.Select(f => (byte)f)], zeros));

        internal byte[] Bytes
        {
            get
            {
                var plain = File.Plain;
                int[] ends = [.. Cuts, plain.Length];
                var packed = new MemoryStream();
                for (var i = 0; i < ends.Length; i++)
                    Write(packed, plain[(i == 0 ? 0 : ends[i - 1])..ends[i]], Levels[i], Flags[i]);
                packed.Write(new byte[Zeros]);
                return packed.ToArray();
            }
        }

        public override string ToString() => $"{File}, members that end at {string.Join(", ", Cuts)} by levels "
            + $"{string.Join(", ", Levels)} with flags {string.Join(", ", Flags)}, {Zeros} zeros";

        // RFC 1952
        private static void Write(MemoryStream packed, byte[] content, CompressionLevel level, byte flags)
        {
            byte[] header = [0x1F, 0x8B, 8, flags, 1, 2, 3, 4, 0, 255];
            if ((flags & ExtraField) != 0) header = [.. header, 3, 0, 0x1F, 0x8B, 8];
            if ((flags & Name) != 0) header = [.. header, .. "name"u8, 0];
            if ((flags & Comment) != 0) header = [.. header, 0];
            if ((flags & HeaderChecksum) != 0) header = [.. header, .. Crc32.Hash(header)[..2]];
            packed.Write(header);
            using (var deflate = new DeflateStream(packed, level, leaveOpen: true)) deflate.Write(content);
            if (content.Length == 0) packed.Write([3, 0]); // DeflateStream writes nothing for nothing
            packed.Write(Crc32.Hash(content));
            packed.Write(BitConverter.GetBytes(content.Length));
        }
    }

    /// <summary>A place in a compressed file, how many bytes are taken out there, and what is put in.</summary>
    public sealed record Splice(Members File, int At, int Taken, byte[] Put)
    {
        public static Arbitrary<Splice> Any { get; } = Arb.From(
            from file in Members.Any.Generator
            from at in Gen.Choose(0, file.Bytes.Length)
            from taken in Gen.Choose(0, Math.Min(12, file.Bytes.Length - at))
            from put in Gen.Choose(0, 255).ListOf()
            select new Splice(file, at, taken, [.. put.Select(b => (byte)b)]));

        internal byte[] Bytes => [.. File.Bytes[..At], .. Put, .. File.Bytes[(At + Taken)..]];

        public override string ToString() =>
            $"{File}; at {At}, {Taken} bytes replaced by {Convert.ToHexString(Put)}";
    }

    /// <summary>Forty bytes that do not begin as a file does.</summary>
    public sealed record Noise(byte[] Bytes)
    {
        public static Arbitrary<Noise> Any { get; } = Arb.From(
            from noise in Gen.Choose(0, 255).ArrayOf(40)
            where !(noise[0] == 0 && noise[1] == 0)
            select new Noise([.. noise.Select(b => (byte)b)]));

        public override string ToString() => Convert.ToHexString(Bytes);
    }

    public sealed class Reading
    {
        [Law]
        public bool Gives_back_what_was_written(Sample sample)
        {
            var array = Read(sample.Bytes);
            return array.Values.SequenceEqual(sample.Values) && array.Shape.SequenceEqual(sample.Shape);
        }

        [Law(MaxTest = 400)]
        public bool Takes_several_members_and_zeros_behind_them(Members given)
        {
            var array = Read(given.Bytes);
            return array.Values.SequenceEqual(given.File.Values) && array.Shape.SequenceEqual(given.File.Shape);
        }

        [Fact]
        public void Takes_members_of_any_length_whatever_lies_at_their_borders()
        {
            // enough to fill every buffer on the way, and lengths on both sides of a buffer's end
            foreach (var length in new[] { 8190, 8191, 8192, 8193, 65_535, 65_536, 300_000 })
            {
                var file = new Sample([length], Seed: length, Gzip: true);
                foreach (var level in new[] { CompressionLevel.NoCompression, CompressionLevel.Optimal })
                {
                    var levels = new[] { level, level, level, level };
                    var members = new Members(file, [3, 3, length / 2], levels, [0, 0, 0, 0], Zeros: 9000);
                    Assert.Equal(file.Values, Read(members.Bytes).Values);
                }
            }
        }

        [Fact]
        public void Reads_files()
        {
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder["three.gz"], Compress([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]));
            Assert.Equal([1, 2, 3], IdxReader.Read(folder["three.gz"]).Values);
        }
    }

    public sealed class Refusing
    {
        [Law]
        public bool Truncated_at_any_place(Place place) => Refuses(place.File.Bytes[..place.At]);

        [Law]
        public bool Anything_appended_but_zeros_behind_gzip(Appended given) =>
            given.File.Gzip && given.Extra.All(b => b == 0)
            || Refuses([.. given.File.Bytes, .. given.Extra]);

        // A byte of gzip's header, such as its time, may change; what the file holds may not.
        [Law(MaxTest = 500)]
        public bool Bytes_that_were_lost_or_came_in_between(Splice given)
        {
            try
            {
                return Read(given.Bytes).Values.SequenceEqual(given.File.File.Values);
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }

        // A stored block that lost as many bytes as the trailer has took the trailer for its own, and its last word was
        // the length all the same.
        [Law(MaxTest = 2000)]
        public bool Five_to_eight_bytes_lost_from_a_stored_block(Place place, byte count)
        {
            var file = new Sample([.. place.File.Shape.Select(size => size + 1), 8], place.File.Seed, Gzip: false);
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression)) gzip.Write(file.Plain);
            var bytes = packed.ToArray();
            var (first, lost) = (15 + file.Plain.Length - file.Values.Length, 5 + count % 4);
            var at = first + place.At % (file.Values.Length - lost + 1);
            return Refuses([.. bytes[..at], .. bytes[(at + lost)..]]);
        }

        [Fact]
        public void Seven_labels_whose_file_ends_in_the_middle() =>
            Assert.Contains("ends too early", Assert.Throws<InvalidDataException>(() => Read(Convert.FromHexString(
                "1F8B0800000000000403010F00F0FF00000801000000070A2238F10F000000"))).Message, StringComparison.Ordinal);

        [Fact]
        public void Anything_between_the_content_and_its_checksum()
        {
            var bytes = new Sample([5000], Seed: 1, Gzip: true).Bytes;
            for (var count = 1; count < 20; count++)
                Assert.True(Refuses([.. bytes[..^8], .. new byte[count], .. bytes[^8..]]));
        }

        [Law]
        public bool Content_longer_than_the_header_says_though_compressed_well(Sample sample) =>
            Refuses(Compress([.. sample.Plain, 0]));

        // A changed byte of gzip's own header (time, system) changes nothing; any other must be noticed, by the
        // checksum at the latest.
        [Law(MaxTest = 400)]
        public bool A_changed_byte_of_a_compressed_file_never_changes_the_content_unnoticed(Flip flip)
        {
            var (file, at) = flip.Place;
            var bytes = file.Bytes;
            bytes[at] ^= flip.By;
            try
            {
                return Read(bytes).Values.SequenceEqual(file.Values);
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }

        [Law]
        public bool Noise(Noise noise) => Refuses(noise.Bytes);

        [Theory]
        [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47 }, "is not an IDX file")]
        [InlineData(new byte[] { 0, 0, 0x0D, 1, 0, 0, 0, 0 }, "IDX type 0D")]
        [InlineData(new byte[] { 0, 0, 8, 0 }, "no dimensions")]
        [InlineData(new byte[] { 0, 0, 8, 3, 0, 0 }, "truncated within its header")]
        [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 9, 1, 2, 3 }, "announces 9 bytes of data, 3 came")]
        [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 1, 2, 3 }, "oversized")]
        [InlineData(new byte[] { 0, 0, 8, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF }, "header is damaged")]
        [InlineData(new byte[] { 0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF }, "header is damaged")]
        [InlineData(new byte[] { 0, 0, 8, 1, 0x70, 0, 0, 0, 1 }, "truncated")] // must not allocate 1.8 GB first
        [InlineData(new byte[] { }, "truncated within its header")]
        public void Says_what_is_wrong(byte[] bytes, string expected) =>
            Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Read(bytes)).Message,
                StringComparison.Ordinal);

        [Theory]
        [InlineData("<!DOCTYPE html>", "web page")]
        [InlineData("\n <html>", "web page")]
        [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull")]
        [InlineData("PK\u0003\u0004", "zip archive")]
        [InlineData("BZh91", "bzip2")]
        public void Names_a_file_of_another_kind(string content, string expected)
        {
            var bytes = Encoding.Latin1.GetBytes(content);
            foreach (var file in new[] { bytes, Compress(bytes) })
                Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Read(file)).Message,
                    StringComparison.Ordinal);
        }

        [Fact]
        public void Demands_no_memory_that_the_file_does_not_back()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => Read([0, 0, 8, 1, 0x70, 0, 0, 0, 1]));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        }

        [Fact]
        public void Unpacks_no_more_than_the_header_announces()
        {
            var zeros = Compress(new byte[64 << 20]);
            byte[] bytes = [.. Compress([0, 0, 8, 1, 0, 0, 0, 9]), .. Enumerable.Repeat(zeros, 50).SelectMany(b => b)];
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("oversized", Assert.Throws<InvalidDataException>(() => Read(bytes)).Message,
                StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, bytes.Length + (8 << 20));
        }

        [Fact]
        public void Unpacks_nothing_when_the_header_announces_too_much()
        {
            var bytes = Compress([0, 0, 8, 1, 0x70, 0, 0, 0, .. new byte[1 << 20]]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("gunzip", Assert.Throws<InvalidDataException>(() => Read(bytes)).Message,
                StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        [Theory]
        [InlineData("1F8B08", "ends too early")]
        [InlineData("1F8B0700000000000003", "compression method is 7")]
        [InlineData("1F8B0820000000000003", "reserved")]
        [InlineData("1F8B080400000000000305", "ends too early")]
        [InlineData("1F8B080800000000000341424344", "ends too early")]
        [InlineData("1F8B08020000000000030000030000000000", "header does not have the checksum")]
        [InlineData("1F8B0800000000000003FFFFFF", "cannot be unpacked")]
        [InlineData("1F8B08000000000000030300", "ends too early")]
        [InlineData("1F8B080000000000000303000000000001000000", "length")]
        [InlineData("1F8B080000000000000303000100000000000000", "checksum")]
        [InlineData("1F8B08000000000000030300000000000000000041", "does not belong")]
        [InlineData("1F8B0800000000000003030000000000000000001F8B08", "ends too early")]
        public void Says_what_is_wrong_with_gzip(string bytes, string expected)
        {
            var message = Assert.Throws<InvalidDataException>(() => Read(Convert.FromHexString(bytes))).Message;
            Assert.StartsWith("sample", message, StringComparison.Ordinal);
            Assert.Contains(expected, message, StringComparison.Ordinal);
        }

        [Fact]
        public void Damaged_gzip_by_name()
        {
            var bytes = new Sample([50], Seed: 1, Gzip: true).Bytes;
            bytes[^6] ^= 1;
            var error = Assert.Throws<InvalidDataException>(() => IdxReader.Read(new MemoryStream(bytes), "digits.gz"));
            Assert.StartsWith("digits.gz: the gzip data is damaged", error.Message, StringComparison.Ordinal);
        }
    }

    private static IdxArray Read(byte[] bytes) => IdxReader.Read(new MemoryStream(bytes), "sample");

    private static bool Refuses(byte[] bytes)
    {
        try
        {
            Read(bytes);
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    private static byte[] RandomBytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Compress(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(plain);
        return packed.ToArray();
    }
}
