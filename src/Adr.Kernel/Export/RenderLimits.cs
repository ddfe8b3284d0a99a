using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Adr.Kernel.Export;

/// <summary>
/// Runs the libraries that render a page, part by part, so that a part which one of them cannot render does not cost
/// the page.
/// </summary>
/// <remarks>
/// Each part runs on a thread of its own, whose stack has the same size on every system. A part that takes too long is
/// aborted: the libraries compute text from text, and most of them cannot be asked to stop. What counts is the time of
/// the processor, so that a busy machine gives the same page.
/// </remarks>
internal sealed class RenderLimits
{
    /// <summary>The longest text, in characters, that goes into a page as one part: 33,554,432.</summary>
    internal const int LongestText = 32 << 20;

    private const int StackSize = 16 << 20;
    private const int MostPatience = 20; // How often the limit may pass on the clock, for a part that only waits.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), Grace = TimeSpan.FromSeconds(2);

    private readonly TimeSpan begun = Environment.CpuUsage.TotalTime;

    /// <summary>How long one part may take. Default: 20 seconds.</summary>
    internal TimeSpan Part { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long all parts together may take. Default: five minutes.</summary>
    internal TimeSpan Page { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Renders a part of the page.</summary>
    /// <exception cref="RenderException">The part cannot be rendered, for any reason.</exception>
    internal T Run<T>(Func<T> render)
    {
        if (Environment.CpuUsage.TotalTime - begun > Page)
            throw new RenderException($"the page has already taken longer than {Seconds(Page)}");
        T? result = default;
        Exception? problem = null;
        using var abort = new CancellationTokenSource();
        var thread = new Thread(() =>
        {
            try
            {
#pragma warning disable SYSLIB0046 // What is half written is the library's own, and it is not used again.
                ControlledExecution.Run(() => result = render(), abort.Token);
#pragma warning restore SYSLIB0046
            }
            catch (Exception caught) // whatever it is, the page says it
            {
                problem = caught;
            }
        }, StackSize) { IsBackground = true };
        thread.Start();
        if (!IsEnded(thread))
        {
            abort.CancelAfter(TimeSpan.Zero);
            thread.Join(Grace);
            throw new RenderException($"it takes longer than {Seconds(Part)}");
        }
        if (problem is not null) throw problem as RenderException ?? new RenderException(Reason(problem), problem);
        return result!;
    }

    private bool IsEnded(Thread thread)
    {
        var (clock, start) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        while (!thread.Join(Look))
        {
            if (Environment.CpuUsage.TotalTime - start > Part || clock.Elapsed > MostPatience * Part) return false;
        }
        return true;
    }

    private static string Seconds(TimeSpan time) =>
        time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " seconds";

    private static string Reason(Exception problem) => problem is InsufficientExecutionStackException
        ? "it is nested too deeply"
        : problem.Message.Split('\n')[0].Trim().TrimEnd('.');
}

/// <summary>A part of a page cannot be rendered. The message is the reason, as the page says it.</summary>
internal sealed class RenderException(string reason, Exception? cause = null) : Exception(reason, cause);
