using System.Diagnostics;
using System.Globalization;

namespace Adr.Kernel.Assignments;

/// <summary>Ends a process, with all that it started, when it uses more than it may.</summary>
/// <remarks>Linux shows the memory of all of a process' children. Elsewhere only its own is watched.</remarks>
internal sealed class ProcessWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly GradingLimits limits;
    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;
    private volatile int watched = -1;
    private string? breach;

    internal ProcessWatch(GradingLimits limits)
    {
        this.limits = limits;
        watching = Task.Factory.StartNew(Watch, TaskCreationOptions.LongRunning);
    }

    /// <summary>Watches another process from now on.</summary>
    internal void Follow(int process) => watched = process;

    /// <summary>What the last process that was ended had used too much of, as a sentence; null if none was. It is
    /// told once.</summary>
    internal string? TakeBreach() => Interlocked.Exchange(ref breach, null);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        stop.Dispose();
    }

    private void Watch()
    {
        while (!stop.Token.WaitHandle.WaitOne(Interval))
        {
            if (watched < 0) continue;
            var (count, mebibytes) = OperatingSystem.IsLinux() ? OfTree(watched) : OfOne(watched);
            var found = count > limits.Processes
                ? $"It started more than the {limits.Processes} processes that it may have."
                : mebibytes > limits.Memory ? $"It used more than the {limits.Memory} MiB of memory that it may use."
                : null;
            if (found is null) continue;
            Interlocked.Exchange(ref breach, found);
            End(watched);
            watched = -1;
        }
    }

    private static void End(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            Trace.TraceInformation($"The process had already ended: {error.Message}");
        }
    }

    private static (int Count, long Mebibytes) OfOne(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return (1, process.WorkingSet64 >> 20);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return (0, 0);
        }
    }

    private static (int Count, long Mebibytes) OfTree(int root)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder))
            .Where(name => char.IsAsciiDigit(name[0])).Select(Read).OfType<(int Id, int Parent, long Pages)>().ToList();
        var children = all.ToLookup(one => one.Parent);
        var (count, pages, open) = (0, 0L, new Stack<int>([root]));
        pages += all.FirstOrDefault(one => one.Id == root).Pages;
        while (open.TryPop(out var parent))
        {
            count++;
            foreach (var child in children[parent])
            {
                pages += child.Pages;
                open.Push(child.Id);
            }
        }
        return (count, pages * Environment.SystemPageSize >> 20);
    }

    // The name of a program may hold spaces and parentheses: what is needed stands behind the last one.
    private static (int Id, int Parent, long Pages)? Read(string id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(id), Number(fields[1]), long.Parse(fields[21], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
