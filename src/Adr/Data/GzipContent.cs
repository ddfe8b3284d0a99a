using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Adr.Data;

/// <summary>What a gzip file (RFC 1952) holds, with the checksum and the length of every member checked.</summary>
/// <remarks>
/// A file may have several members, whose contents follow each other, and zeros behind the last; anything else is
/// refused. <see cref="GZipStream"/> does not do: it takes a file that ends too early for a whole one, and ignores what
/// follows a member.
/// </remarks>
internal sealed class GzipContent : Stream
{
    private const int HeaderLength = 10, TrailerLength = 8; // the length without the optional fields

    // flags of the header
    private const int HeaderChecksum = 0x02, ExtraField = 0x04, FileName = 0x08, Comment = 0x10, Reserved = 0xE0;

    private readonly byte[] _packed;
    private readonly string _name;
    private readonly Feed _feed;
    private readonly Crc32 _checksum = new();
    private DeflateStream? _member;
    private uint _length; // of the member's content, modulo 2³² as its trailer has it

    /// <summary>The content of a gzip file.</summary>
    /// <param name="packed">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    internal GzipContent(byte[] packed, string name) => (_packed, _name, _feed) = (packed, name, new Feed(packed));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads on; 0 bytes come only at the end of a file that is whole and right.</summary>
    /// <exception cref="InvalidDataException">The file is cut short or damaged, or something else follows
    /// it.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (_member is not null || BeginMember())
        {
            var count = Inflate(buffer);
            if (count > 0)
            {
                _checksum.Append(buffer[..count]);
                _length += (uint)count;
                return count;
            }
            EndMember();
        }
        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _member?.Dispose();
        base.Dispose(disposing);
    }

    private int Inflate(Span<byte> buffer)
    {
        try
        {
            return _member!.Read(buffer);
        }
        catch (InvalidDataException damaged)
        {
            throw Damaged($"it cannot be unpacked near byte {_feed.At}.", damaged);
        }
    }

    // False at the end of the file.
    private bool BeginMember()
    {
        var rest = _packed.AsSpan(_feed.At);
        if (_feed.At > 0 && !rest.ContainsAnyExcept((byte)0)) return false;
        if (!rest.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) throw Followed();
        if (rest.Length < HeaderLength) throw Truncated();
        if (rest[2] != 8) throw Damaged($"its compression method is {rest[2]}; gzip has only 8.");
        var flags = rest[3];
        if ((flags & Reserved) != 0) throw Damaged($"its header has the flags {flags:X2}, of which some are reserved.");

        var length = HeaderLength;
        if ((flags & ExtraField) != 0)
            length += 2 + BinaryPrimitives.ReadUInt16LittleEndian(Field(rest, length, 2));
        if ((flags & FileName) != 0) length += TextLength(rest, length);
        if ((flags & Comment) != 0) length += TextLength(rest, length);
        if ((flags & HeaderChecksum) != 0)
        {
            var expected = BinaryPrimitives.ReadUInt16LittleEndian(Field(rest, length, 2));
            if ((ushort)Crc32.HashToUInt32(rest[..length]) != expected)
                throw Damaged("its header does not have the checksum that it names.");
            length += 2;
        }
        Field(rest, 0, length);

        _feed.At += length;
        _member = new DeflateStream(_feed, CompressionMode.Decompress, leaveOpen: true);
        _length = 0;
        return true;
    }

    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        var trailer = _packed.AsSpan(_feed.At);
        if (trailer.Length < TrailerLength) throw Truncated();
        if (!_feed.IsAtPossibleEnd) throw Followed();
        var (checksum, length) = (_checksum.GetCurrentHashAsUInt32(), _length);
        _checksum.Reset();
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != checksum)
            throw Damaged("its content does not have the checksum that it ends with.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != length)
            throw Damaged("its content does not have the length that it ends with.");
        _feed.At += TrailerLength;
    }

    private ReadOnlySpan<byte> Field(ReadOnlySpan<byte> rest, int start, int length) =>
        start + length <= rest.Length ? rest.Slice(start, length) : throw Truncated();

    // With the zero that ends it.
    private int TextLength(ReadOnlySpan<byte> rest, int start)
    {
        var length = rest[Math.Min(start, rest.Length)..].IndexOf((byte)0);
        return length >= 0 ? length + 1 : throw Truncated();
    }

    private InvalidDataException Truncated() => Damaged("it ends too early.");

    private InvalidDataException Followed() =>
        Damaged($"near byte {_feed.At}, something stands that does not belong to it.");

    private InvalidDataException Damaged(string what, Exception? cause = null) =>
        new($"{_name}: the gzip data is damaged: {what} Fetch the file again.", cause);

    /// <summary>Hands the file to a <see cref="DeflateStream"/>, which reads ahead and never says where its data
    /// ended, so that the end is known all the same.</summary>
    /// <remarks>A member can only end where the next one begins eight bytes later, or eight bytes before the end of the
    /// file and the zeros there. The last byte before each such place is handed out alone: the member ended there if,
    /// and only if, that byte was the last to be asked for.</remarks>
    private sealed class Feed(byte[] packed) : Stream
    {
        private static readonly byte[] Beginning = [0x1F, 0x8B, 8];

        // From here on any byte may be a member's last: how many of the zeros belong to the trailer is not known.
        private readonly int _tail = packed.AsSpan().LastIndexOfAnyExcept((byte)0) + 1 - TrailerLength;
        private int _nextEnd = -1;

        /// <summary>What has been handed out.</summary>
        internal int At { get; set; }

        /// <summary>Whether the last byte that was handed out may have been a member's last.</summary>
        internal bool IsAtPossibleEnd { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var end = PossibleEnd();
            var last = Math.Max(At + 1, end - 1); // leaves the last byte for a call of its own
            var count = Math.Min(Math.Min(last, packed.Length) - At, buffer.Length);
            packed.AsSpan(At, count).CopyTo(buffer);
            At += count;
            IsAtPossibleEnd = At == end;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        // The next place where a member may end, behind what has been handed out.
        private int PossibleEnd()
        {
            if (At >= _tail) return At + 1;
            if (_nextEnd <= At)
            {
                var from = At + 1 + TrailerLength;
                var next = from < packed.Length ? packed.AsSpan(from).IndexOf(Beginning) : -1;
                _nextEnd = next < 0 ? int.MaxValue : from + next - TrailerLength;
            }
            return Math.Min(_nextEnd, _tail);
        }
    }
}
