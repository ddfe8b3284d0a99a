using System.Buffers.Binary;
using System.IO.Compression;
using Adr.Data;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Tests.Data;

public static class IdxReaderTests
{
    /// <summary>A valid file: its dimensions, its values, and whether it is compressed.</summary>
    private sealed record Sample(int[] Shape, byte[] Values, bool Gzip)
    {
        public byte[] Bytes => Gzip ? Compress(Plain) : Plain;

        public byte[] Plain
        {
            get
            {
                var bytes = new byte[4 + 4 * Shape.Length + Values.Length];
                bytes[2] = 8;
                bytes[3] = (byte)Shape.Length;
                for (var i = 0; i < Shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), Shape[i]);
                Values.CopyTo(bytes, 4 + 4 * Shape.Length);
                return bytes;
            }
        }
    }

    private static readonly Gen<Sample> Samples =
        from rank in Gen.Choose(1, 4)
        from shape in Gen.Choose(0, 6).ArrayOf(rank)
        from seed in Gen.Choose(0, int.MaxValue)
        from gzip in Gen.Elements(true, false)
        select new Sample(shape, RandomBytes(seed, shape.Aggregate(1, (a, b) => a * b)), gzip);

    private static readonly Gen<(Sample Sample, int Place)> SamplesWithPlace =
        from sample in Samples
        from place in Gen.Choose(0, sample.Bytes.Length - 1)
        select (sample, place);

    public sealed class Reading
    {
        [Fact]
        public void Gives_back_what_was_written() => Law.Holds(Samples, sample =>
        {
            var array = Read(sample.Bytes);
            return array.Values.SequenceEqual(sample.Values) && array.Shape.SequenceEqual(sample.Shape);
        });

        [Fact]
        public void Reads_files()
        {
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder["three.gz"], new Sample([3], [1, 2, 3], Gzip: true).Bytes);
            Assert.Equal([1, 2, 3], IdxReader.Read(folder["three.gz"]).Values);
        }
    }

    public sealed class Refusing
    {
        [Fact]
        public void Truncated_at_any_place() => Law.Holds(SamplesWithPlace, given =>
            Refuses(given.Sample.Bytes[..given.Place]));

        [Fact]
        public void Anything_appended() => Law.Holds(
            from sample in Samples from extra in Gen.Choose(0, 255).NonEmptyListOf() select (sample, extra),
            given => Refuses([.. given.sample.Bytes, .. given.extra.Select(b => (byte)b)]));

        [Fact]
        public void Content_longer_than_the_header_says_though_compressed_well() => Law.Holds(Samples, sample =>
            Refuses(Compress([.. sample.Plain, 0])));

        // A changed byte of gzip's own header (time, system) changes nothing; any other must be noticed, by the checksum at the latest.
        [Fact]
        public void A_changed_byte_of_a_compressed_file_never_changes_the_content_unnoticed() => Law.Holds(
            from given in SamplesWithPlace.Where(g => g.Sample.Gzip) from flip in Gen.Choose(1, 255) select (given, flip),
            x =>
            {
                var bytes = x.given.Sample.Bytes;
                bytes[x.given.Place] ^= (byte)x.flip;
                try
                {
                    return Read(bytes).Values.SequenceEqual(x.given.Sample.Values);
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            }, cases: 400);

        [Fact]
        public void Noise() => Law.Holds(
            Gen.Choose(0, 255).ArrayOf(40).Where(b => !(b[0] == 0 && b[1] == 0)),
            noise => Refuses([.. noise.Select(b => (byte)b)]));

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
            Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Read(bytes)).Message, StringComparison.Ordinal);

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
            var bytes = new Sample([50], RandomBytes(1, 50), Gzip: true).Bytes;
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
