using System.Collections.Concurrent;
using System.Diagnostics;

namespace Adr.Robustness.Kills;

/// <summary>The built command <c>adr</c>, as a user starts it: in a process of its own.</summary>
internal sealed class AdrProcess : IDisposable
{
    /// <summary>The exit code after SIGKILL.</summary>
    internal const int Killed = 128 + 9;

    private const string TagVariable = "ADR_TEST_PROCESS";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9); // of a machine that is busy with others

    private readonly Process process;
    private readonly string tag = Guid.NewGuid().ToString("N");
    private readonly ConcurrentQueue<string> output = new(), errors = new();
    private readonly TaskCompletionSource working = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="within">A program that starts it, with its arguments, such as a shell; null for none.</param>
    /// <param name="environment">Further environment variables.</param>
    internal AdrProcess(
        IEnumerable<string> arguments,
        IReadOnlyList<string>? within = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command =
            [.. within ?? [], "dotnet", Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Remove("DOTNET_GCgen0size"); // of the tests' own process
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment[TagVariable] = tag;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        process = Process.Start(start)!;
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Take(output, line.Data);
        process.ErrorDataReceived += (_, line) => Take(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to stdout, so far.</summary>
    internal string Output => string.Join('\n', output);

    /// <summary>How many lines that was.</summary>
    internal int Lines => output.Count;

    /// <summary>What it wrote to stderr, so far.</summary>
    internal string Errors => string.Join('\n', errors);

    /// <summary>Whether it has ended.</summary>
    internal bool HasEnded => process.HasExited;

    /// <summary>Waits for its first line of output, or its end: its preparations are over then.</summary>
    internal void WaitUntilItWorks() => working.Task.Wait(Patience);

    /// <summary>Waits until it ends; returns its exit code.</summary>
    internal int Wait()
    {
        if (!process.WaitForExit(Patience))
            throw new TimeoutException($"adr did not end within {Patience}. It wrote:\n{Output}\n{Errors}");
        process.WaitForExit(); // until all of its output is read
        return process.ExitCode;
    }

    /// <summary>Sends SIGKILL to it, and to nothing that it started, which must notice.</summary>
    internal void Kill() => process.Kill();

    /// <summary>Asserts that it ends with one sentence on stderr that says what it could not do, or with one for each
    /// run of a sweep.</summary>
    internal void EndsInWords()
    {
        var code = Wait();
        Assert.True(code is > 0 and < 128, $"exit code {code}: {Output}\n{Errors}");
        Assert.StartsWith("adr: ", Errors);
        // A list may follow, indented; a stack trace is indented more.
        Assert.All(Errors.TrimEnd('\n').Split('\n').Skip(1), line => Assert.Matches("^(  [^ ]|adr: )", line));
        Assert.DoesNotContain("Exception", Errors);
    }

    /// <summary>How many processes that it started are left, itself included.</summary>
    internal int CountLeft()
    {
        var mark = $"{TagVariable}={tag}";
        return Directory.GetDirectories("/proc").Count(folder => Environment(folder).Contains(mark));
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private static string Environment(string folder)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0])
                ? File.ReadAllText(Path.Combine(folder, "environ"))
                : "";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return ""; // one that has ended meanwhile, or of another user
        }
    }

    private void Take(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
        if (line is null || lines == output) working.TrySetResult();
    }
}
