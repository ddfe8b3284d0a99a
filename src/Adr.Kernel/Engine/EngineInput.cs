using System.Text;
using Adr.Kernel.InteractiveApi;

namespace Adr.Kernel.Engine;

/// <summary>Asks the user for input, one question at a time.</summary>
internal sealed class EngineInput(EngineOutput output)
{
    private readonly SemaphoreSlim turn = new(1);
    private volatile TaskCompletionSource<string?>? answer;

    /// <summary>Makes <c>Console.ReadLine()</c> ask the user as well.</summary>
    internal void CaptureConsole() => Console.SetIn(new ConsoleReader(this));

    /// <summary>The text that the user types; null if nobody can answer.</summary>
    /// <exception cref="InvalidDataException">The front end answered with something else than text.</exception>
    internal async Task<string?> AskAsync(RunningCell context, string prompt, bool isPassword)
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

    /// <summary>Takes an answer. It is dropped if there is no question.</summary>
    internal void Give(InputGiven given)
    {
        if (given.Problem is null) answer?.TrySetResult(given.Text);
        else answer?.TrySetException(new InvalidDataException($"The answer cannot be used: {given.Problem}."));
    }

    /// <summary>The console's input, one line at a time. It is at its end if nobody can answer.</summary>
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
            if (RunningCell.Current is not { HasInput: true } context) return false;
            var answer = input.AskAsync(context, "", isPassword: false).GetAwaiter().GetResult();
            if (answer is null) return false;
            line.Append(answer).Append('\n');
            return true;
        }
    }
}
