using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Adr.Kernel.Engine;

/// <summary>An engine that runs in a process of its own.</summary>
internal sealed class EngineProcess : IEngine
{
    // The engine does these things within milliseconds. The limits only keep a broken engine from blocking its owner.
    private static readonly TimeSpan MarkerLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(3);

    private readonly Process process;
    private readonly MessageStream control;
    // Bounded, so that a cell that writes faster than its output is read has to wait.
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

    public ChannelReader<EngineMessage> Messages => messages.Reader;

    /// <summary>The process id of the engine.</summary>
    public int Id => process.Id;

    public int ExitCode => process.ExitCode;

    /// <summary>Starts an engine and waits until it is ready to run cells.</summary>
    /// <param name="command">How to start it.</param>
    /// <param name="workingDirectory">The engine's current folder, usually that of the notebook.</param>
    /// <param name="referencePaths">Folders in which <c>#r "name.dll"</c> looks after the current folder.</param>
    /// <param name="limit">How long the start may take.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="EngineStartException">The engine did not start. The message says why.</exception>
    public static async Task<EngineProcess> StartAsync(
        EngineCommand command, string workingDirectory, IReadOnlyList<string> referencePaths, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        // Only this user can read the folder. Its name is short, because the path of a socket is limited.
        var folder = Directory.CreateTempSubdirectory("nb-");
        try
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var path = Path.Combine(folder.FullName, "c");
            listener.Bind(EndPoint(path));
            listener.Listen(1);
            var arguments = new EngineArguments(path, Guid.NewGuid().ToString("N"), referencePaths);
            var process = StartProcess(command, workingDirectory, arguments);
            return await AcceptAsync(listener, process, arguments.Token, limit, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

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
    /// <exception cref="EngineStartException">The path is too long for a socket.</exception>
    internal static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new EngineStartException(
                $"The engine's socket cannot be '{path}': the path of a socket cannot have {path.Length} characters. " +
                "Set TMPDIR to a folder with a shorter path, such as /tmp.", error);
        }
    }

    /// <summary>Closes the connection, as the death of this process would.</summary>
    internal void Disconnect() => control.Dispose();

    /// <summary>Asks the engine to end, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        Send(new ShutdownRequest());
        var draining = DrainAsync();
        if (await Task.WhenAny(reading, Task.Delay(ExitLimit)).ConfigureAwait(false) != reading) Kill();
        await reading.ConfigureAwait(false);
        await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        control.Dispose();
        process.Dispose();
    }

    private static Process StartProcess(EngineCommand command, string workingDirectory, EngineArguments arguments)
    {
        string[] line =
        [
            .. command.Within?.Invoke(Path.GetDirectoryName(arguments.Control)!) ?? [],
            command.FileName, .. command.Arguments, .. arguments.ToCommandLine(),
        ];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment) start.Environment[name] = value;
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close(); // Native code that reads stdin must not wait.
            return process;
        }
        catch (Win32Exception error)
        {
            throw new EngineStartException(
                $"The engine could not be started: '{command.FileName}': {error.Message}", error);
        }
    }

    private static async Task<EngineProcess> AcceptAsync(
        Socket listener, Process process, string token, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        var accepting = listener.AcceptAsync(patience.Token).AsTask();
        var exiting = process.WaitForExitAsync(patience.Token);
        EngineProcess? engine = null;
        try
        {
            await Task.WhenAny(accepting, exiting).ConfigureAwait(false);
            patience.Token.ThrowIfCancellationRequested();
            if (!accepting.IsCompletedSuccessfully)
                throw EndedEarly(process.ExitCode, await ErrorTextAsync(process).ConfigureAwait(false));
            var connection = new NetworkStream(await accepting.ConfigureAwait(false), ownsSocket: true);
            engine = new EngineProcess(process, new MessageStream(connection), token);
            var output = "";
            while (await engine.Messages.WaitToReadAsync(patience.Token).ConfigureAwait(false))
            {
                if (!engine.Messages.TryRead(out var message)) continue;
                if (message is EngineReady) return engine;
                if (message is StreamWritten text) output += text.Text;
            }
            throw EndedEarly(engine.ExitCode, output);
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

    private static EngineStartException EndedEarly(int exitCode, string output) =>
        new($"The engine ended before it was ready (exit code {exitCode}). {output.Trim()}");

    /// <summary>Reads what an engine that has ended wrote to stderr.</summary>
    private static async Task<string> ErrorTextAsync(Process process)
    {
        // A child of the engine may keep stderr open, so the end of the stream may never come.
        using var patience = new CancellationTokenSource(MarkerLimit);
        var text = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            int read;
            while ((read = await process.StandardError.ReadAsync(buffer, patience.Token).ConfigureAwait(false)) > 0)
                text.Append(buffer, 0, read);
        }
        catch (OperationCanceledException)
        {
            // The engine's own text has arrived by now.
        }
        return text.ToString();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await control.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                // Native output takes another way than messages. The cell is over when both have arrived.
                if (message is CellDone done) await MarkersAsync(done.Cell).ConfigureAwait(false);
                await messages.Writer.WriteAsync(message).ConfigureAwait(false);
            }
            using var patience = new CancellationTokenSource(ExitLimit);
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Kill(); // It closed the connection but did not end.
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
            // A child of the engine may keep its stdout open, so the end of the stream may never come.
            var streams = Task.WhenAll(nativeOut.Completion, nativeError.Completion);
            await Task.WhenAny(streams, Task.Delay(MarkerLimit)).ConfigureAwait(false);
            messages.Writer.TryComplete();
        }
        catch (Exception error)
        {
            messages.Writer.TryComplete(error);
        }
    }

    private Task MarkersAsync(int cell) => Task.WhenAny(
        Task.WhenAll(nativeOut.MarkedAsync(cell), nativeError.MarkedAsync(cell)), Task.Delay(MarkerLimit));

    private async Task DrainAsync()
    {
        await foreach (var _ in messages.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            // Nobody listens any more.
        }
    }
}

/// <summary>The engine's process did not start, or ended before it was ready.</summary>
internal sealed class EngineStartException(string message, Exception? cause = null) : Exception(message, cause);
