using System.Diagnostics;
using System.Runtime.InteropServices;
using Adr.Kernel.Engine;
using Microsoft.Win32.SafeHandles;
using NetMQ;

namespace Adr.Kernel.Jupyter;

/// <summary>A Jupyter kernel for C#: what JupyterLab, Jupyter Notebook, VS Code, nbclient and papermill start and talk to.</summary>
/// <remarks>
/// This process speaks the protocol; cells run in an engine, a process of its own, so that one that hangs or crashes
/// costs its variables and not the kernel.
/// </remarks>
public static class JupyterKernel
{
    private static readonly TimeSpan EngineStart = TimeSpan.FromSeconds(60);

    /// <summary>Runs a kernel until its client shuts it down, or dies.</summary>
    /// <param name="connectionFile">The file that the client wrote, with ports and a key.</param>
    /// <param name="engine">How to start an engine.</param>
    /// <param name="referencePaths">Where <c>#r "name.dll"</c> looks beside the current folder, which is the notebook's.</param>
    /// <param name="limits">How patient the kernel is; null for the defaults.</param>
    /// <exception cref="ConnectionFileException">The file cannot be used.</exception>
    /// <exception cref="IOException">Something else listens on one of its ports.</exception>
    public static async Task RunAsync(string connectionFile, EngineCommand engine, IReadOnlyList<string> referencePaths, KernelLimits? limits = null)
    {
        try
        {
            var at = ConnectionFile.Load(connectionFile);
            await ServeAsync(at, engine, referencePaths, limits ?? new KernelLimits()).ConfigureAwait(false);
        }
        finally
        {
            NetMQConfig.Cleanup(); // waits until the last words are out
        }
    }

    private static async Task ServeAsync(
        ConnectionFile at, EngineCommand engine, IReadOnlyList<string> referencePaths, KernelLimits limits)
    {
        using var transport = new NetMqTransport(at, limits.LargestFrame, limits.Listener, Log);
        using var stop = new CancellationTokenSource();
        var server = new KernelServer(transport, async () => await EngineProcess.StartAsync(engine, Environment.CurrentDirectory, referencePaths, EngineStart, stop.Token).ConfigureAwait(false), limits, Log);
        await using var ending = server.ConfigureAwait(false);
        // Clients that know nothing of interrupts by message send the signal.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            server.Interrupt();
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        _ = EndWithParentAsync(stop);
        await server.RunAsync(stop.Token).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
    }

    private static void Log(string line) => Console.Error.WriteLine($"adr kernel: {line}");

    /// <summary>Ends the kernel when the client that started it is gone without a word.</summary>
    private static async Task EndWithParentAsync(CancellationTokenSource stop)
    {
        // Jupyter's clients say who they are; a kernel that a person starts by hand may outlive its shell.
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

    /// <summary>The client's process on Windows, where a client passes on a handle of itself and no id.</summary>
    private sealed class ClientProcess : WaitHandle
    {
        internal ClientProcess(nint handle) => SafeWaitHandle = new SafeWaitHandle(handle, ownsHandle: true);
    }
}
