using Adr.Kernel.Running;

namespace Adr.Cli.Running;

/// <summary>Runs a notebook whenever its file is saved, until somebody stops it.</summary>
public static class Watch
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs it now and after each change.</summary>
    /// <returns><see cref="ExitCode.Fine"/> once it is stopped while nothing runs, otherwise how the last run ended.</returns>
    public static async Task<int> RunAsync(NotebookRun run)
    {
        using var signals = new TerminationSignals();
        var notebook = run.Options.NotebookPath;
        while (true)
        {
            var seen = Read(notebook);
            try
            {
                if (await run.RunAsync(signals.Token) is ExitCode.Interrupted) return ExitCode.Interrupted;
            }
            catch (UsageException problem) when (File.Exists(notebook)) // half of an edit: the next save may be better
            {
                await Console.Error.WriteLineAsync($"adr: {problem.Message}");
            }
            Console.WriteLine($"Waiting until {notebook} is saved; Ctrl-C ends.");
            byte[]? last = null;
            // An editor may write a file in pieces: only what stays the same for a while was saved.
            while (Read(notebook) is not { } now || Same(now, seen) || !Same(now, last))
            {
                last = Read(notebook);
                if (signals.Token.WaitHandle.WaitOne(Look)) return ExitCode.Fine;
            }
        }
    }

    private static bool Same(byte[] now, byte[]? before) => before is not null && now.AsSpan().SequenceEqual(before);

    // Null while the file is not there or is being replaced.
    private static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
