using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Adr.Kernel.Engine;

/// <summary>
/// The main program of the engine's process. It runs cells until the process that started it ends it.
/// </summary>
public static class EngineHost
{
    /// <summary>Runs the engine. A host's <c>Main</c> calls this if its first argument is <c>engine</c>.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="shownByHost">
    /// Packages whose extensions are not loaded, because the host shows their types itself.
    /// </param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string[] args, params IReadOnlyCollection<string> shownByHost)
    {
        EngineArguments arguments;
        try
        {
            arguments = EngineArguments.Parse(args);
        }
        catch (ArgumentException error)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return 2;
        }

        // Ctrl-C in a terminal, and its end, reach all processes of the group, but the engine's owner decides when it
        // stops.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(arguments.Control)).ConfigureAwait(false);
        using var control = new MessageStream(new NetworkStream(socket));
        var output = new EngineOutput(control, arguments.Token);
        output.CaptureConsole();
        var input = new EngineInput(output);
        input.CaptureConsole();
        var engine = new CellEngine(
            output, input, Environment.CurrentDirectory, arguments.ReferencePaths, shownByHost);

        using var requests = new BlockingCollection<ExecuteRequest>();
        var done = new TaskCompletionSource<int>();
        Start("cell supervisor", () =>
            engine.Run(requests.GetConsumingEnumerable(), ready: () => output.Send(new EngineReady())));
        Start("control", () => Listen(control, requests, engine, input, done));
        var exitCode = await done.Task.ConfigureAwait(false);
        Environment.Exit(exitCode); // The user's code may have left threads behind.
        return exitCode;
    }

    private static void Listen(
        MessageStream control, BlockingCollection<ExecuteRequest> requests, CellEngine engine, EngineInput input,
        TaskCompletionSource<int> done)
    {
        while (true)
        {
            var message = control.Receive();
            switch (message)
            {
                case ExecuteRequest request:
                    requests.Add(request);
                    break;
                case Question question:
                    _ = Task.Run(() => engine.AnswerAsync(question));
                    break;
                case CancelRequest cancel:
                    Start("stop", () => engine.Stop(cancel.Cell));
                    break;
                case InputGiven given:
                    input.Give(given);
                    break;
                case ShutdownRequest:
                    done.SetResult(0);
                    return;
                case null:
                    Process.GetCurrentProcess().Kill(); // The owner is gone. No cell may outlive it.
                    return;
                default:
                    throw new InvalidOperationException($"An engine does not receive {message.GetType().Name}.");
            }
        }
    }

    private static void Start(string name, Action run) =>
        new Thread(() => run()) { Name = name, IsBackground = true }.Start();
}
