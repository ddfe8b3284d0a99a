using System.Text;
using System.Threading.Channels;
using Adr.Kernel.Engine;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Engine;

public class NativeStreamTests
{
    private const string Token = "0123abcd";

    /// <summary>
    /// What a native library writes, marks and parts of marks in it, and how many bytes come at once.
    /// </summary>
    public sealed record Written(IList<string> Parts, int Size)
    {
        public static Arbitrary<Written> Any { get; } = Arb.From(
            from parts in Gen.Elements(
                "text\n", "é😀", "\u001e", "\u001e0123", "\u001e0123abcd", StreamMarker.Of(Token, 1), "0123abcd", Long)
                .NonEmptyListOf()
            from size in Gen.Elements(1, 3, 7, 1000, 100_000)
            select new Written(parts, size),
            written => from at in Enumerable.Range(0, written.Parts.Count)
                       where written.Parts.Count > 1
                       select written with { Parts = [.. written.Parts.Where((_, i) => i != at)] });

        internal string Text => string.Concat(Parts) + "." + StreamMarker.Of(Token, 2) + "end";

        public override string ToString() => $"{Size} bytes at once of {Text.Replace(Long, "xx…x")}";
    }

    private static readonly string Long = new('x', 20_000);

    [Law(MaxTest = 60, Arbitrary = [typeof(Written)])]
    public void TakesOutTheMarksAndNothingElse(Written sample)
    {
        var messages = Channel.CreateUnbounded<EngineMessage>();
        var pieces = new InPieces(Encoding.UTF8.GetBytes(sample.Text), sample.Size);
        var stream = new NativeStream(pieces, "stdout", Token, messages.Writer);
        Assert.True(stream.MarkedAsync(2).Wait(TimeSpan.FromSeconds(20)));
        stream.Completion.Wait();
        messages.Writer.Complete();
        var written = messages.Reader.ReadAllAsync().ToBlockingEnumerable().Cast<StreamWritten>();
        var text = string.Concat(written.Select(message => message.Text));
        Assert.Equal(sample.Text.Replace(StreamMarker.Of(Token, 1), "").Replace(StreamMarker.Of(Token, 2), ""), text);
    }

    [Fact]
    public async Task KeepsAMillionCharactersOfACellAndSaysSo()
    {
        var messages = Channel.CreateUnbounded<EngineMessage>();
        var text = new string('x', 3_000_000) + StreamMarker.Of(Token, 1) + "next";
        var pieces = new InPieces(Encoding.UTF8.GetBytes(text), 100_000);
        await new NativeStream(pieces, "stdout", Token, messages.Writer).Completion;
        messages.Writer.Complete();
        var written = messages.Reader.ReadAllAsync().ToBlockingEnumerable().Cast<StreamWritten>().ToList();
        var kept = string.Concat(written.Where(one => one.Name == "stdout").Select(one => one.Text));
        Assert.Equal(new string('x', 1_000_000) + "next", kept);
        Assert.Contains("more than 1,000,000 characters", Assert.Single(written, one => one.Name == "stderr").Text);
    }

    private sealed class InPieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
