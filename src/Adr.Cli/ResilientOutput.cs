using System.Text;

namespace Adr.Cli;

/// <summary>Standard output and error of a command whose work goes on where they cannot be written, as when the disk
/// under a redirection is full. The first failure is told once on standard error; what would follow it is
/// lost.</summary>
public sealed class ResilientOutput
{
    private readonly Writer _output, _errors;

    private ResilientOutput(TextWriter output, TextWriter errors)
    {
        _errors = new Writer(errors, null);
        _output = new Writer(output, failure => _errors.WriteLine(
            $"adr: the output cannot be written, and the rest of it is lost: {failure.Message} The work goes on."));
    }

    /// <summary>Whether some of the output was lost.</summary>
    public bool IsLost => _output.IsLost;

    /// <summary>Puts them in the place of the console's own.</summary>
    public static ResilientOutput Install()
    {
        var both = new ResilientOutput(Console.Out, Console.Error);
        Console.SetOut(both._output);
        Console.SetError(both._errors);
        return both;
    }

    /// <summary>Writes to another writer until that fails.</summary>
    private sealed class Writer(TextWriter inner, Action<IOException>? failed) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        internal bool IsLost { get; private set; }

        public override void Write(char value) => Try(() => inner.Write(value));

        public override void Write(string? value) => Try(() => inner.Write(value));

        public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

        public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

        public override void Flush() => Try(inner.Flush);

        private void Try(Action write)
        {
            if (IsLost) return;
            try
            {
                write();
            }
            catch (IOException failure)
            {
                IsLost = true;
                failed?.Invoke(failure);
            }
        }
    }
}
