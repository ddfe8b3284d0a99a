using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Adr.Robustness.Damage;

/// <summary>Watches a <see cref="ParserHost"/>: an input that makes it hang, grow or end is a problem, and the next
/// input finds a new process.</summary>
internal sealed class ParserProcess(string parser, string folder) : IDisposable
{
    private const double LargestMebibytes = 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5), Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(9); // of a machine that is busy with others

    private readonly StringBuilder errors = new();
    private Process? process;
    private BinaryWriter? input;
    private BlockingCollection<string> replies = [];

    /// <summary>Gives an input to the parser.</summary>
    internal Verdict Try(string file, byte[] bytes)
    {
        process ??= Start();
        lock (errors) errors.Clear();
        try
        {
            ParserHost.Send(input!, file, bytes);
        }
        catch (IOException)
        {
            return Ended(); // of what an earlier input left behind
        }
        var verdict = Wait();
        if (verdict.Kind is "hang" or "memory") Dispose();
        return verdict;
    }

    public void Dispose()
    {
        if (process is null) return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(ParserProcess).Assembly.Location, parser, folder])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Remove("DOTNET_GCgen0size"); // of the tests' own process
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x60000000"; // an array of gigabytes fails and is reported
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["ADR_DATA"] = Path.Combine(folder, "no data");
        var started = Process.Start(start)!;
        var lines = replies = [];
        started.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text) lines.Add(text);
            else lines.CompleteAdding();
        };
        started.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
                if (errors.Length < 10_000) errors.AppendLine(line.Data);
        };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        input = new BinaryWriter(started.StandardInput.BaseStream);
        if (lines.TryTake(out var ready, StartLimit) && ready == "ready") return started;
        process = started;
        Dispose();
        throw new InvalidOperationException($"The process of the parser {parser} did not start: {errors}");
    }

    // On a busy machine the clock says nothing. A parser hangs if it has used 5 s of a processor without an answer, or
    // if for 5 s none of its threads has even wanted one.
    private Verdict Wait()
    {
        var (clock, idle) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        var (before, last) = (process!.TotalProcessorTime, process.TotalProcessorTime);
        while (true)
        {
            if (replies.TryTake(out var line, Poll))
            {
                var verdict = JsonSerializer.Deserialize<Verdict>(line)!;
                return verdict.PeakMebibytes <= LargestMebibytes
                    ? verdict
                    : verdict with { Outcome = Outcome.Problem, Kind = "memory", Words = "resident memory over 1 GiB" };
            }
            if (replies.IsCompleted) return Ended();
            process.Refresh();
            if (process.HasExited) continue; // until its last line is read
            var (memory, used) = (process.WorkingSet64 / 1048576.0, process.TotalProcessorTime);
            if (memory > LargestMebibytes)
                return new(Outcome.Problem, "resident memory over 1 GiB", "memory", PeakMebibytes: memory);
            if (used > last || IsReady(process)) idle.Restart();
            last = used;
            if (used - before > Limit || idle.Elapsed > Limit)
                return new(Outcome.Problem, $"no answer after {clock.Elapsed.TotalSeconds:0.0} s", "hang",
                    Milliseconds: clock.Elapsed.TotalMilliseconds, PeakMebibytes: memory);
        }
    }

    private static bool IsReady(Process process)
    {
        try
        {
            return process.Threads.Cast<ProcessThread>().Any(
                thread => thread.ThreadState is System.Diagnostics.ThreadState.Running
                    or System.Diagnostics.ThreadState.Ready or System.Diagnostics.ThreadState.Standby);
        }
        catch (InvalidOperationException)
        {
            return true; // it, or one of its threads, has just ended
        }
    }

    private Verdict Ended()
    {
        process!.WaitForExit();
        var verdict = new Verdict(
            Outcome.Problem, $"the process ended: {FirstLines()}", $"exit {process.ExitCode}");
        Dispose();
        return verdict;
    }

    private string FirstLines()
    {
        lock (errors) return string.Join('\n', errors.ToString().Split('\n').Take(12));
    }
}
