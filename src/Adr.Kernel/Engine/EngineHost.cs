using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Adr.Kernel.Engine;

/// <summary>The engine's own process: takes cells from a runner, runs them one after the other, and ends when the runner does.</summary>
public static class EngineHost
{
    /// <summary>Runs the engine until its runner ends it. A host's <c>Main</c> passes its arguments here when the first is <c>engine</c>.</summary>
    /// <param name="args">What the runner put on the command line.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
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

        // A terminal's Ctrl-C reaches the whole process group; when to stop is the runner's decision.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(arguments.Control)).ConfigureAwait(false);
        using var control = new MessageStream(new NetworkStream(socket));
        var output = new EngineOutput(control, arguments.Token);
        output.CaptureConsole();
        var input = new EngineInput(output);
        input.CaptureConsole();
        var engine = new CellEngine(output, input, Environment.CurrentDirectory, arguments.ReferencePaths);

        using var requests = new BlockingCollection<ExecuteRequest>();
        new Thread(() => engine.Run(requests.GetConsumingEnumerable(), () => output.Send(new EngineReady()))) { Name = "cells' keeper", IsBackground = true }.Start();

        var done = new TaskCompletionSource<int>();
        new Thread(() => Listen(control, requests, engine, input, done)) { Name = "control", IsBackground = true }.Start();
        var exitCode = await done.Task.ConfigureAwait(false);
        Environment.Exit(exitCode); // user code may have left threads behind
        return exitCode;
    }

    private static void Listen(MessageStream control, BlockingCollection<ExecuteRequest> requests, CellEngine engine, EngineInput input, TaskCompletionSource<int> done)
    {
        while (true)
        {
            var message = control.Receive();
            switch (message)
            {
                case ExecuteRequest request:
                    requests.Add(request);
                    break;
                case CompletionRequest or InspectionRequest or CompletenessRequest:
                    _ = Task.Run(() => engine.AnswerAsync(message));
                    break;
                case CancelRequest cancel:
                    new Thread(() => engine.Stop(cancel.Cell)) { Name = "stop", IsBackground = true }.Start();
                    break;
                case InputGiven given:
                    input.Give(given.Text);
                    break;
                case ShutdownRequest:
                    done.SetResult(0);
                    return;
                case null:
                    Process.GetCurrentProcess().Kill(); // the runner is gone, and no cell may outlive it
                    return;
                default:
                    throw new InvalidOperationException($"A runner does not send {message.GetType().Name}.");
            }
        }
    }
}
