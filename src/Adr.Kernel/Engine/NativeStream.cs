using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Adr.Kernel.Engine;

/// <summary>Reads the engine's own stdout or stderr, where native libraries and crashes write, and takes out the marks between cells.</summary>
internal sealed class NativeStream
{
    private readonly Stream stream;
    private readonly string name;
    private readonly byte[] markStart;
    private readonly ChannelWriter<EngineMessage> messages;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly Lock gate = new();
    private readonly List<(int Cell, TaskCompletionSource Reached)> waiting = [];
    private int marked = int.MinValue;

    internal NativeStream(Stream stream, string name, string token, ChannelWriter<EngineMessage> messages)
    {
        this.stream = stream;
        this.name = name;
        this.messages = messages;
        markStart = Encoding.ASCII.GetBytes(NativeMark.Start(token));
        Completion = Task.Run(ReadAsync);
    }

    /// <summary>Ends when the stream does.</summary>
    internal Task Completion { get; }

    /// <summary>Ends when everything that was written before a cell's end was read, or the stream ended.</summary>
    internal Task MarkedAsync(int cell)
    {
        lock (gate)
        {
            if (marked >= cell) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((cell, reached));
            return Task.WhenAny(reached.Task, Completion);
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16384];
        var held = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(held)).ConfigureAwait(false);
            if (read == 0) break;
            held = await TakeAsync(buffer, held + read).ConfigureAwait(false);
        }
        await TextAsync(buffer.AsMemory(0, held), flush: true).ConfigureAwait(false);
    }

    /// <summary>Sends the text and reaches the marks in the buffer; returns how many bytes, moved to its start, may be a mark's beginning.</summary>
    private async Task<int> TakeAsync(byte[] buffer, int count)
    {
        var from = 0;
        while (true)
        {
            var start = IndexOfMark(buffer.AsSpan(from, count - from)) + from;
            await TextAsync(buffer.AsMemory(from, start - from), flush: false).ConfigureAwait(false);
            var digits = start + markStart.Length;
            var end = digits < count ? Array.IndexOf(buffer, NativeMark.End, digits, count - digits) : -1;
            if (end < 0)
            {
                buffer.AsSpan(start, count - start).CopyTo(buffer);
                return count - start;
            }
            Reach(int.Parse(Encoding.ASCII.GetString(buffer, digits, end - digits), CultureInfo.InvariantCulture));
            from = end + 1;
        }
    }

    /// <summary>Where a mark begins, or where the end of the bytes may be the beginning of one.</summary>
    private int IndexOfMark(ReadOnlySpan<byte> bytes)
    {
        var whole = bytes.IndexOf(markStart);
        if (whole >= 0) return whole;
        for (var length = Math.Min(markStart.Length - 1, bytes.Length); length > 0; length--)
        {
            if (bytes[^length..].SequenceEqual(markStart.AsSpan(0, length))) return bytes.Length - length;
        }
        return bytes.Length;
    }

    private async Task TextAsync(ReadOnlyMemory<byte> bytes, bool flush)
    {
        var characters = new char[decoder.GetCharCount(bytes.Span, flush)];
        decoder.GetChars(bytes.Span, characters, flush);
        if (characters.Length == 0) return;
        await messages.WriteAsync(new StreamWritten(null, name, new string(characters))).ConfigureAwait(false);
    }

    private void Reach(int cell)
    {
        List<TaskCompletionSource> reached;
        lock (gate)
        {
            marked = cell;
            reached = [.. waiting.Where(wait => wait.Cell <= cell).Select(wait => wait.Reached)];
            waiting.RemoveAll(wait => wait.Cell <= cell);
        }
        foreach (var wait in reached) wait.SetResult();
    }
}
