using System.Diagnostics;
using System.Runtime.InteropServices;
using Adr.Kernel.Engine;
using Microsoft.Win32.SafeHandles;
using NetMQ;

namespace Adr.Kernel.Jupyter;

/// <summary>
/// A Jupyter kernel for C#, for clients such as JupyterLab, Jupyter Notebook, VS Code, nbclient and papermill.
/// </summary>
/// <remarks>
/// This process speaks the protocol. Cells run in an engine, which is a process of its own. If a cell hangs or crashes,
/// its variables are lost, but not the kernel.
/// </remarks>
public static class JupyterKernel
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a kernel until its client shuts it down or dies.</summary>
    /// <param name="connectionFile">The file with ports and a key that the client wrote.</param>
    /// <param name="engine">How to start an engine.</param>
    /// <param name="referencePaths">
    /// Folders in which <c>#r "name.dll"</c> looks after the current folder, which is the notebook's.
    /// </param>
    /// <param name="limits">How long to wait for what; null for the defaults.</param>
    /// <exception cref="ConnectionFileException">The file cannot be used.</exception>
    /// <exception cref="IOException">Another program listens on one of the ports.</exception>
    public static async Task RunAsync(
        string connectionFile, EngineCommand engine, IReadOnlyList<string> referencePaths, KernelLimits? limits = null)
    {
        try
        {
            var connection = ConnectionFile.Load(connectionFile);
            await ServeAsync(connection, engine, referencePaths, limits ?? new KernelLimits()).ConfigureAwait(false);
        }
        finally
        {
            NetMQConfig.Cleanup(); // waits until the last messages have been sent
        }
    }

    private static async Task ServeAsync(
        ConnectionFile connection, EngineCommand engine, IReadOnlyList<string> referencePaths, KernelLimits limits)
    {
        using var transport = new NetMqTransport(connection, limits.LargestMessage, limits.Listener, Log);
        using var stop = new CancellationTokenSource();
        var server = new KernelServer(transport, StartAsync, limits, Log);
        await using var closing = server.ConfigureAwait(false);
        // Clients that do not know of interrupt messages send the signal.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            server.Interrupt();
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        _ = EndWithParentAsync(stop);
        await server.RunAsync(stop.Token).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        async Task<IEngine> StartAsync() => await EngineProcess.StartAsync(
            engine, Environment.CurrentDirectory, referencePaths, StartLimit, stop.Token).ConfigureAwait(false);
    }

    private static void Log(string line)
    {
        try
        {
            Console.Error.WriteLine($"adr kernel: {line}");
        }
        catch (IOException error) // The disk of the log is full, and the kernel can do without the line.
        {
            Trace.TraceError(error.Message);
        }
    }

    /// <summary>Ends the kernel if the client that started it dies.</summary>
    private static async Task EndWithParentAsync(CancellationTokenSource stop)
    {
        // Jupyter's clients set this variable. A kernel that a person started by hand may outlive its shell.
        if (!long.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), out var client)) return;
        Func<bool> isGone;
        if (OperatingSystem.IsWindows())
        {
            var process = new ClientProcess((nint)client); // not tried on Windows yet
            isGone = () => process.WaitOne(0);
        }
        else
        {
            var parent = ParentId();
            isGone = () => ParentId() != parent;
        }
        while (!isGone())
        {
            try
            {
                await Task.Delay(1000, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        Trace.TraceInformation("The client is gone.");
        await stop.CancelAsync().ConfigureAwait(false);
    }

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int ParentId();

    /// <summary>The process of the client on Windows, where the variable holds a handle and not an id.</summary>
    private sealed class ClientProcess : WaitHandle
    {
        internal ClientProcess(nint handle) => SafeWaitHandle = new SafeWaitHandle(handle, ownsHandle: true);
    }
}

/// <summary>How long a kernel waits for what.</summary>
public sealed record KernelLimits
{
    /// <summary>From an interrupt until the user is told that the cell does not stop. Default: 2 s.</summary>
    public TimeSpan Warning { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From an interrupt until the engine is killed together with the cell. Default: 10 s.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the answer to a question about code, such as completions. Default: 10 s.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a client to listen to broadcasts before the first request is answered. Default: 1 s.</summary>
    public TimeSpan Subscription { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// For a client that listens to broadcasts but reads none while output waits for it. Default: 10 s.
    /// </summary>
    public TimeSpan Listener { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After a cell fails, for requests that are on their way and are then not run. Default: 20 ms.
    /// </summary>
    public TimeSpan Abort { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest message that a client may send, in bytes, up to 64 MiB. Default: 64 MiB.</summary>
    public long LargestMessage { get; init; } = FrameBuffers.LongestFrame;
}
