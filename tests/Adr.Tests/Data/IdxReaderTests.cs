using System.Buffers.Binary;
using System.IO.Compression;
using Adr.Data;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Adr.Tests.Data;

[Properties(Arbitrary =
[
    typeof(IdxReaderTests.Sample), typeof(IdxReaderTests.Place), typeof(IdxReaderTests.Appended),
    typeof(IdxReaderTests.Flip), typeof(IdxReaderTests.Noise),
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
        public bool Anything_appended(Appended given) => Refuses([.. given.File.Bytes, .. given.Extra]);

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

        [Fact]
        public void Demands_no_memory_that_the_file_does_not_back()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => Read([0, 0, 8, 1, 0x70, 0, 0, 0, 1]));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
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
