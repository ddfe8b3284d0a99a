using System.Text;
using System.Threading.Channels;
using Adr.Kernel.Engine;
using Adr.Testing;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Engine;

public class NativeStreamTests
{
    private const string Token = "0123abcd";

    [Fact]
    public void TakesOutTheMarksAndNothingElse() => Law.Holds(
        from parts in Gen.Elements("text\n", "é😀", "\u001e", "\u001e0123", "\u001e0123abcd", NativeMark.Of(Token, 1), "0123abcd", new string('x', 20000)).NonEmptyListOf()
        from size in Gen.Elements(1, 3, 7, 1000, 100_000)
        select (Text: string.Concat(parts) + "." + NativeMark.Of(Token, 2) + "end", Size: size),
        sample =>
        {
            var messages = Channel.CreateUnbounded<EngineMessage>();
            var stream = new NativeStream(new InPieces(Encoding.UTF8.GetBytes(sample.Text), sample.Size), "stdout", Token, messages.Writer);
            Assert.True(stream.MarkedAsync(2).Wait(TimeSpan.FromSeconds(20)));
            stream.Completion.Wait();
            messages.Writer.Complete();
            var text = string.Concat(messages.Reader.ReadAllAsync().ToBlockingEnumerable().Cast<StreamWritten>().Select(written => written.Text));
            Assert.Equal(sample.Text.Replace(NativeMark.Of(Token, 1), "").Replace(NativeMark.Of(Token, 2), ""), text);
        }, cases: 60);

    private sealed class InPieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
