using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Adr.Kernel.Engine;

/// <summary>Reads the engine's own stdout or stderr, to which native libraries and crashes write.</summary>
/// <remarks>The engine marks the end of each cell in the stream. The marks are taken out again.</remarks>
internal sealed class NativeStream
{
    private const int MostOfCell = 1_000_000; // characters; the trace of a crash can be endless

    private readonly Stream stream;
    private readonly string name;
    private readonly byte[] markerStart;
    private readonly ChannelWriter<EngineMessage> messages;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly Lock gate = new();
    private readonly List<(int Cell, TaskCompletionSource Reached)> waiting = [];
    private int lastMarked = int.MinValue;
    private int ofCell; // characters sent since the last mark

    internal NativeStream(Stream stream, string name, string token, ChannelWriter<EngineMessage> messages)
    {
        this.stream = stream;
        this.name = name;
        this.messages = messages;
        markerStart = Encoding.ASCII.GetBytes(StreamMarker.Start(token));
        Completion = Task.Run(ReadAsync);
    }

    /// <summary>Completes at the end of the stream.</summary>
    internal Task Completion { get; }

    /// <summary>
    /// Completes when everything written before a cell's end has been read, or at the end of the stream.
    /// </summary>
    internal Task MarkedAsync(int cell)
    {
        lock (gate)
        {
            if (lastMarked >= cell) return Task.CompletedTask;
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
        await SendTextAsync(buffer.AsMemory(0, held), flush: true).ConfigureAwait(false);
    }

    /// <summary>Sends the text in the buffer and handles the markers in it.</summary>
    /// <returns>
    /// The number of bytes that may be the beginning of a marker. They have been moved to the start of the buffer.
    /// </returns>
    private async Task<int> TakeAsync(byte[] buffer, int count)
    {
        var from = 0;
        while (true)
        {
            var start = IndexOfMarker(buffer.AsSpan(from, count - from)) + from;
            await SendTextAsync(buffer.AsMemory(from, start - from), flush: false).ConfigureAwait(false);
            var digits = start + markerStart.Length;
            var end = digits < count ? Array.IndexOf(buffer, StreamMarker.End, digits, count - digits) : -1;
            if (end < 0)
            {
                buffer.AsSpan(start, count - start).CopyTo(buffer);
                return count - start;
            }
            var cell = Encoding.ASCII.GetString(buffer, digits, end - digits);
            Reach(int.Parse(cell, CultureInfo.InvariantCulture));
            from = end + 1;
        }
    }

    /// <summary>Where a marker begins, or where the last bytes may be the beginning of one.</summary>
    private int IndexOfMarker(ReadOnlySpan<byte> bytes)
    {
        var whole = bytes.IndexOf(markerStart);
        if (whole >= 0) return whole;
        for (var length = Math.Min(markerStart.Length - 1, bytes.Length); length > 0; length--)
        {
            if (bytes[^length..].SequenceEqual(markerStart.AsSpan(0, length))) return bytes.Length - length;
        }
        return bytes.Length;
    }

    private async Task SendTextAsync(ReadOnlyMemory<byte> bytes, bool flush)
    {
        var characters = new char[decoder.GetCharCount(bytes.Span, flush)];
        decoder.GetChars(bytes.Span, characters, flush);
        if (characters.Length == 0 || ofCell > MostOfCell) return;
        var kept = Math.Min(characters.Length, MostOfCell - ofCell);
        if (kept > 0 && kept < characters.Length && char.IsHighSurrogate(characters[kept - 1])) kept--;
        ofCell += characters.Length;
        if (kept > 0) await SayAsync(name, new string(characters, 0, kept)).ConfigureAwait(false);
        if (ofCell <= MostOfCell) return;
        await SayAsync("stderr", string.Create(CultureInfo.InvariantCulture,
            $"\n[more than {MostOfCell:N0} characters of native code or a child process on {name}: the rest of this " +
            $"cell's is not kept]\n")).ConfigureAwait(false);
    }

    private ValueTask SayAsync(string to, string text) =>
        messages.WriteAsync(new StreamWritten(CellEvent.WithoutCell, to, text));

    private void Reach(int cell)
    {
        ofCell = 0;
        List<TaskCompletionSource> reached;
        lock (gate)
        {
            lastMarked = cell;
            reached = [.. waiting.Where(wait => wait.Cell <= cell).Select(wait => wait.Reached)];
            waiting.RemoveAll(wait => wait.Cell <= cell);
        }
        foreach (var wait in reached) wait.SetResult();
    }
}

/// <summary>Marks the end of a cell on the engine's own stdout and stderr, which have no other structure.</summary>
internal static class StreamMarker
{
    private const char Edge = '\u001e'; // record separator

    /// <summary>The last byte of a marker.</summary>
    internal const byte End = (byte)Edge;

    /// <summary>The beginning of all markers of an engine.</summary>
    internal static string Start(string token) => $"{Edge}{token}:";

    internal static string Of(string token, int cell) => $"{Start(token)}{cell}{Edge}";
}
