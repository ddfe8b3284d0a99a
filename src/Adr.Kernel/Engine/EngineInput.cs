using System.Text;
using Microsoft.DotNet.Interactive;

namespace Adr.Kernel.Engine;

/// <summary>Asks whoever sits before the notebook, one question at a time.</summary>
internal sealed class EngineInput(EngineOutput output)
{
    private readonly SemaphoreSlim turn = new(1);
    private volatile TaskCompletionSource<string?>? answer;

    /// <summary>Lets <c>Console.ReadLine()</c> ask, too.</summary>
    internal void CaptureConsole() => Console.SetIn(new ConsoleReader(this));

    /// <summary>What somebody types; null where nobody will.</summary>
    internal async Task<string?> AskAsync(KernelInvocationContext context, string prompt, bool isPassword)
    {
        await turn.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        try
        {
            var asked = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            answer = asked;
            output.Send(new InputWanted(context.Cell, prompt, isPassword));
            return await asked.Task.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            answer = null;
            turn.Release();
        }
    }

    /// <summary>Takes an answer; one to no question is dropped.</summary>
    internal void Give(string? text) => answer?.TrySetResult(text);

    /// <summary>The console's input, a line at a time; at its end where nobody answers.</summary>
    private sealed class ConsoleReader(EngineInput input) : TextReader
    {
        private readonly StringBuilder line = new();

        public override int Peek() => Fill() ? line[0] : -1;

        public override int Read()
        {
            if (!Fill()) return -1;
            var first = line[0];
            line.Remove(0, 1);
            return first;
        }

        public override string? ReadLine()
        {
            if (!Fill()) return null;
            var text = line.ToString().TrimEnd('\n');
            line.Clear();
            return text;
        }

        private bool Fill()
        {
            if (line.Length > 0) return true;
            if (KernelInvocationContext.Current is not { HasInput: true } context) return false;
            if (input.AskAsync(context, "", isPassword: false).GetAwaiter().GetResult() is not { } text) return false;
            line.Append(text).Append('\n');
            return true;
        }
    }
}
