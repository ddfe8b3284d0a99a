using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Adr.Kernel.InteractiveApi;

namespace Adr.Kernel.Engine;

/// <summary>Sends everything that the engine has to say, in the order in which cells produced it.</summary>
/// <remarks>
/// <para>
/// Console text is collected for a moment, so that a cell that writes character by character does not send as many
/// messages. Any other message first sends the text that was written before it. A line after a pause is sent at once.
/// Text that is still held is sent when the process ends in a way that it can notice.
/// </para>
/// <para>
/// A separate thread sends the messages. A thread that runs a cell may be interrupted or aborted at any moment, and a
/// message that was cut off in the middle would make the rest of the stream unreadable.
/// </para>
/// </remarks>
internal sealed class EngineOutput(MessageStream control, string token)
{
    private const int FlushAt = 8192; // characters
    private const int MostWaiting = 64; // messages; a cell that sends more has to wait
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlushAfter = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan FirstLineLimit = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly StringBuilder pending = new();
    private readonly ManualResetEventSlim written = new();
    private (int Cell, string Name) source = (CellEvent.WithoutCell, "stdout");
    private long lastText; // when text was last sent
    private readonly Queue<EngineMessage> waiting = new();
    private readonly ManualResetEventSlim hasMessages = new(), hasRoom = new(true), isIdle = new(true);
    private readonly Stream nativeOut = Console.OpenStandardOutput();
    private readonly Stream nativeError = Console.OpenStandardError();

    /// <summary>Sends what is written to the console as streams of the cell that writes it.</summary>
    internal void CaptureConsole()
    {
        Console.SetOut(new ConsoleWriter(this, "stdout"));
        Console.SetError(new ConsoleWriter(this, "stderr"));
        // Threads of their own, so that text appears at once even when a cell keeps the whole thread pool busy.
        new Thread(FlushPeriodically) { Name = "console", IsBackground = true }.Start();
        new Thread(SendWaiting) { Name = "output", IsBackground = true }.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => FlushAtExit();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => FlushAtExit();
    }

    internal void Send(EngineMessage message)
    {
        hasRoom.Wait();
        try
        {
        }
        finally // An abort does not interrupt a finally block.
        {
            lock (gate)
            {
                Flush(all: true);
                Enqueue(message);
            }
        }
    }

    internal void Write(int cell, string name, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        hasRoom.Wait();
        var isFirstLine = false;
        try
        {
        }
        finally
        {
            lock (gate)
            {
                if (source != (cell, name))
                {
                    Flush(all: true);
                    source = (cell, name);
                }
                pending.Append(text);
                isFirstLine = text[^1] == '\n' && Stopwatch.GetElapsedTime(lastText) >= FlushAfter;
                if (pending.Length >= FlushAt || isFirstLine) Flush(all: false);
                else written.Set();
            }
        }
        if (isFirstLine) isIdle.Wait(FirstLineLimit); // It must be visible even if the cell now ends the process.
    }

    /// <summary>
    /// Marks the end of a cell on the process's own stdout and stderr, so that the reader knows when it has all of it.
    /// </summary>
    internal void MarkNativeStreams(int cell)
    {
        if (!OperatingSystem.IsWindows()) FlushC(0);
        var marker = Encoding.ASCII.GetBytes(StreamMarker.Of(token, cell));
        foreach (var stream in new[] { nativeOut, nativeError })
        {
            stream.Write(marker);
            stream.Flush();
        }
    }

    private void Flush(bool all)
    {
        written.Reset();
        // Half of a surrogate pair cannot be sent. The other half will follow.
        var keep = !all && pending.Length > 0 && char.IsHighSurrogate(pending[^1]) ? 1 : 0;
        if (pending.Length <= keep) return;
        Enqueue(new StreamWritten(source.Cell, source.Name, pending.ToString(0, pending.Length - keep)));
        pending.Remove(0, pending.Length - keep);
        lastText = Stopwatch.GetTimestamp();
    }

    private void Enqueue(EngineMessage message)
    {
        waiting.Enqueue(message);
        isIdle.Reset();
        if (waiting.Count >= MostWaiting) hasRoom.Reset();
        hasMessages.Set();
    }

    private void SendWaiting()
    {
        try
        {
            while (true)
            {
                hasMessages.Wait();
                EngineMessage message;
                lock (gate)
                {
                    message = waiting.Dequeue();
                    if (waiting.Count == 0) hasMessages.Reset();
                    if (waiting.Count < MostWaiting) hasRoom.Set();
                }
                control.Send(message);
                lock (gate)
                {
                    if (waiting.Count == 0) isIdle.Set();
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Trace.TraceInformation($"Nobody reads the engine's messages any more: {error.Message}");
        }
    }

    private void FlushNow()
    {
        lock (gate) Flush(all: false);
    }

    private void FlushPeriodically()
    {
        while (true)
        {
            written.Wait();
            Thread.Sleep(FlushAfter);
            FlushNow();
        }
    }

    private void FlushAtExit()
    {
        lock (gate) Flush(all: true);
        isIdle.Wait(ExitLimit);
    }

    // What native libraries print waits in a buffer of the C library.
    [DllImport("libc", EntryPoint = "fflush")]
    private static extern int FlushC(nint allStreams);

    private sealed class ConsoleWriter : TextWriter
    {
        private readonly EngineOutput output;
        private readonly string name;

        internal ConsoleWriter(EngineOutput output, string name)
        {
            (this.output, this.name) = (output, name);
            NewLine = "\n"; // as notebooks store lines, on Windows too
        }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            var context = RunningCell.Current;
            context?.EndIfPressed();
            output.Write(context?.Cell ?? CellEvent.WithoutCell, name, buffer);
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override void Flush()
        {
            output.FlushNow();
            output.isIdle.Wait(); // Flushed text is visible even if the process dies now.
        }
    }
}
