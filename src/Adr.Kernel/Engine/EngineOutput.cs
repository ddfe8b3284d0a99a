using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.DotNet.Interactive;

namespace Adr.Kernel.Engine;

/// <summary>Everything the engine tells its runner, in the order in which cells produced it.</summary>
/// <remarks>
/// Console text is gathered for a moment, so that a cell which writes character by character does not send as many
/// messages; whatever else is sent first sends the text that came before it. A line after a pause goes at once, and
/// what is still held goes when the process ends in a way it can notice. A thread of its own sends: one that runs a cell
/// may be woken or aborted at any moment, and half a message would be the end of all messages.
/// </remarks>
internal sealed class EngineOutput(MessageStream control, string token)
{
    private const int FlushAt = 8192; // characters
    private const int MostWaiting = 64; // messages; who has more to say waits until the runner has read some
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlushAfter = TimeSpan.FromMilliseconds(40), AtOnce = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly StringBuilder pending = new();
    private readonly ManualResetEventSlim written = new();
    private (int? Cell, string Name) source = (null, "stdout");
    private long lastText; // when text was last sent
    private readonly Queue<EngineMessage> waiting = new();
    private readonly ManualResetEventSlim hasMessages = new(), hasRoom = new(true), isIdle = new(true);
    private readonly Stream nativeOut = Console.OpenStandardOutput();
    private readonly Stream nativeError = Console.OpenStandardError();

    /// <summary>Sends what is written to the console as streams of the cell that writes.</summary>
    internal void CaptureConsole()
    {
        Console.SetOut(new ConsoleWriter(this, "stdout"));
        Console.SetError(new ConsoleWriter(this, "stderr"));
        // A thread of its own, so that text is seen live even when a cell keeps the whole thread pool busy.
        new Thread(FlushNowAndThen) { Name = "console", IsBackground = true }.Start();
        new Thread(SendWaiting) { Name = "output", IsBackground = true }.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => FlushLast();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => FlushLast();
    }

    internal void Send(EngineMessage message)
    {
        hasRoom.Wait();
        try
        {
        }
        finally // which no abort cuts off
        {
            lock (gate)
            {
                Flush(all: true);
                Enqueue(message);
            }
        }
    }

    internal void Write(int? cell, string name, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        hasRoom.Wait();
        var isFirst = false;
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
                isFirst = text[^1] == '\n' && Stopwatch.GetElapsedTime(lastText) >= FlushAfter;
                if (pending.Length >= FlushAt || isFirst) Flush(all: false);
                else written.Set();
            }
        }
        if (isFirst) isIdle.Wait(AtOnce); // so that it is seen even if the cell's next step ends the process
    }

    /// <summary>Marks on the process's own stdout and stderr that the cell ended, so that the runner knows it has read all of it.</summary>
    internal void MarkNativeStreams(int cell)
    {
        if (!OperatingSystem.IsWindows()) FlushC(0);
        var mark = Encoding.ASCII.GetBytes(NativeMark.Of(token, cell));
        foreach (var stream in new[] { nativeOut, nativeError })
        {
            stream.Write(mark);
            stream.Flush();
        }
    }

    private void Flush(bool all)
    {
        written.Reset();
        // Half a character cannot be sent; its other half is on its way.
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
            Trace.TraceInformation($"The runner is gone: {error.Message}"); // nobody is left to read it, and the process is about to end
        }
    }

    private void FlushNow()
    {
        lock (gate) Flush(all: false);
    }

    private void FlushNowAndThen()
    {
        while (true)
        {
            written.Wait();
            Thread.Sleep(FlushAfter);
            FlushNow();
        }
    }

    private void FlushLast()
    {
        lock (gate) Flush(all: true);
        isIdle.Wait(LastWords);
    }

    // Native libraries' printf text waits in C's own buffer.
    [DllImport("libc", EntryPoint = "fflush")]
    private static extern int FlushC(nint allStreams);

    private sealed class ConsoleWriter : TextWriter
    {
        private readonly EngineOutput output;
        private readonly string name;

        internal ConsoleWriter(EngineOutput output, string name)
        {
            (this.output, this.name) = (output, name);
            NewLine = "\n"; // a notebook's lines, on Windows too
        }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            var context = KernelInvocationContext.Current;
            context?.EndIfPressed();
            output.Write(context?.Cell, name, buffer);
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override void Flush()
        {
            output.FlushNow();
            output.isIdle.Wait(); // what is flushed is seen even if the process dies now
        }
    }
}
