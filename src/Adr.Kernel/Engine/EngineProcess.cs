using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Adr.Kernel.Engine;

/// <summary>An engine in a process of its own, as its runner sees it: requests go in, messages come out, and it can be killed.</summary>
public sealed class EngineProcess : IEngine
{
    // The engine answers these in milliseconds; the limits only keep a broken one from hanging the run.
    private static readonly TimeSpan MarkLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(3);

    private readonly Process process;
    private readonly MessageStream control;
    // Bounded, so that a cell that writes faster than the runner reads is slowed and not buffered without end.
    private readonly Channel<EngineMessage> messages = Channel.CreateBounded<EngineMessage>(1024);
    private readonly NativeStream nativeOut;
    private readonly NativeStream nativeError;
    private readonly Task reading;

    private EngineProcess(Process process, MessageStream control, string token)
    {
        this.process = process;
        this.control = control;
        nativeOut = new NativeStream(process.StandardOutput.BaseStream, "stdout", token, messages.Writer);
        nativeError = new NativeStream(process.StandardError.BaseStream, "stderr", token, messages.Writer);
        reading = Task.Run(ReadAsync);
    }

    /// <inheritdoc/>
    public ChannelReader<EngineMessage> Messages => messages.Reader;

    /// <summary>The engine's process id.</summary>
    public int Id => process.Id;

    /// <inheritdoc/>
    public int ExitCode => process.ExitCode;

    /// <summary>Starts an engine and waits until it can take cells.</summary>
    /// <param name="command">How to start it.</param>
    /// <param name="workingDirectory">Its current folder, the notebook's.</param>
    /// <param name="referencePaths">Where <c>#r "name.dll"</c> looks beside that.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineStartException">It did not start; the message says why.</exception>
    public static async Task<EngineProcess> StartAsync(
        EngineCommand command, string workingDirectory, IReadOnlyList<string> referencePaths, TimeSpan limit, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nb-"); // readable by this user alone; short, for a socket's path is
        try
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var path = Path.Combine(folder.FullName, "c");
            listener.Bind(EndPoint(path));
            listener.Listen(1);
            var arguments = new EngineArguments(path, Guid.NewGuid().ToString("N"), referencePaths);
            var process = StartProcess(command, workingDirectory, arguments);
            var engine = await AcceptAsync(listener, process, arguments.Token, limit, cancellationToken).ConfigureAwait(false);
            return engine;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Send(EngineMessage request)
    {
        try
        {
            control.Send(request);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Trace.TraceInformation($"The engine is gone: {error.Message}");
        }
    }

    /// <summary>Ends the process and its children at once.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            Trace.TraceInformation($"The engine had already ended: {error.Message}");
        }
    }

    /// <summary>The socket at a path.</summary>
    /// <exception cref="EngineStartException">The path is longer than the system's sockets take.</exception>
    internal static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new EngineStartException($"The engine's socket cannot be '{path}': {path.Length} characters are too many for a socket. Set TMPDIR to a folder with a shorter path, such as /tmp.", error);
        }
    }

    /// <summary>Cuts the channel, as this process's death would.</summary>
    internal void Disconnect() => control.Dispose();

    /// <summary>Asks the engine to end, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        Send(new ShutdownRequest());
        var draining = DrainAsync();
        if (await Task.WhenAny(reading, Task.Delay(ExitLimit)).ConfigureAwait(false) != reading) Kill();
        await reading.ConfigureAwait(false);
        await draining.ConfigureAwait(false);
        control.Dispose();
        process.Dispose();
    }

    private static Process StartProcess(EngineCommand command, string workingDirectory, EngineArguments arguments)
    {
        var start = new ProcessStartInfo(command.FileName, [.. command.Arguments, .. arguments.ToCommandLine()])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close(); // nobody is there to answer
            return process;
        }
        catch (Win32Exception error)
        {
            throw new EngineStartException($"The engine could not be started: '{command.FileName}': {error.Message}", error);
        }
    }

    private static async Task<EngineProcess> AcceptAsync(
        Socket listener, Process process, string token, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        var accepting = listener.AcceptAsync(patience.Token).AsTask();
        var ending = process.WaitForExitAsync(patience.Token);
        EngineProcess? engine = null;
        try
        {
            await Task.WhenAny(accepting, ending).ConfigureAwait(false);
            patience.Token.ThrowIfCancellationRequested();
            if (!accepting.IsCompletedSuccessfully)
                throw new EngineStartException($"The engine ended before it was ready (exit code {process.ExitCode}). {await ErrorTextAsync(process).ConfigureAwait(false)}");
            engine = new EngineProcess(process, new MessageStream(new NetworkStream(await accepting.ConfigureAwait(false), ownsSocket: true)), token);
            var said = "";
            while (await engine.Messages.WaitToReadAsync(patience.Token).ConfigureAwait(false))
            {
                if (!engine.Messages.TryRead(out var message)) continue;
                if (message is EngineReady) return engine;
                if (message is StreamWritten text) said += text.Text;
            }
            throw new EngineStartException($"The engine ended before it was ready (exit code {engine.ExitCode}). {said.Trim()}");
        }
        catch (Exception error)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            if (engine is not null) await engine.DisposeAsync().ConfigureAwait(false);
            else process.Dispose();
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new EngineStartException($"The engine was not ready within {limit.TotalSeconds:0} s.", error);
            throw;
        }
    }

    /// <summary>What an engine that ended wrote to stderr. A child of it may hold that open; that is no reason to wait.</summary>
    private static async Task<string> ErrorTextAsync(Process process)
    {
        using var patience = new CancellationTokenSource(MarkLimit);
        var said = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            int read;
            while ((read = await process.StandardError.ReadAsync(buffer, patience.Token).ConfigureAwait(false)) > 0) said.Append(buffer, 0, read);
        }
        catch (OperationCanceledException)
        {
            // what came until now is what the engine itself said
        }
        return said.ToString().Trim();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await control.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                // Native output takes another way than messages; the cell is over once both have arrived.
                if (message is CellDone done) await MarksAsync(done.Cell).ConfigureAwait(false);
                await messages.Writer.WriteAsync(message).ConfigureAwait(false);
            }
            using var patience = new CancellationTokenSource(ExitLimit);
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Kill(); // it closed its channel and lives on
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
            // A child of the engine may hold its stdout open; that is no reason to wait.
            await Task.WhenAny(Task.WhenAll(nativeOut.Completion, nativeError.Completion), Task.Delay(MarkLimit)).ConfigureAwait(false);
            messages.Writer.TryComplete();
        }
        catch (Exception error)
        {
            messages.Writer.TryComplete(error);
        }
    }

    private Task MarksAsync(int cell) => Task.WhenAny(
        Task.WhenAll(nativeOut.MarkedAsync(cell), nativeError.MarkedAsync(cell)), Task.Delay(MarkLimit));

    private async Task DrainAsync()
    {
        await foreach (var _ in messages.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            // what an engine says after the run belongs to no cell
        }
    }
}
