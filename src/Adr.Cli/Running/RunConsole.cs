using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Running;
using Spectre.Console;

namespace Adr.Cli;

/// <summary>Shows a run on the terminal: a line for each finished cell, and the last line of the current one.</summary>
/// <remarks>Where the output is not a terminal, the line of the current cell is repeated now and then.</remarks>
public sealed class RunConsole : IDisposable
{
    private const int MostErrorLines = 8;

    private readonly Lock gate = new();
    private readonly IAnsiConsole console;
    private readonly TimeSpan repeat;
    private readonly LastLine printed = new();
    private readonly Stopwatch cellClock = new();
    private readonly Timer ticks;
    private StatusContext? status;
    private (int Number, int Of, string Title)? current;
    private int repeated;

    /// <summary>Shows a run on a console.</summary>
    /// <param name="console">The console.</param>
    /// <param name="repeat">How often the line of the current cell is repeated. Default: 30 s.</param>
    public RunConsole(IAnsiConsole console, TimeSpan? repeat = null)
    {
        (this.console, this.repeat) = (console, repeat ?? TimeSpan.FromSeconds(30));
        ticks = new Timer(_ => Tick(), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
    }

    /// <summary>Shows what <paramref name="run"/> reports until it ends.</summary>
    public Task<RunResult> WatchAsync(Func<Action<RunEvent>, Task<RunResult>> run)
    {
        if (!console.Profile.Capabilities.Interactive) return run(Report);
        return console.Status().Spinner(Spinner.Known.Dots).StartAsync("starting the engine", context =>
        {
            status = context;
            return run(Report);
        });
    }

    /// <summary>Shows an event.</summary>
    public void Report(RunEvent happened)
    {
        lock (gate)
        {
            switch (happened)
            {
                case CellStarted started:
                    current = (started.Number, started.Of, CellTitle.Of(started.Cell.Source));
                    printed.Clear();
                    repeated = 0;
                    cellClock.Restart();
                    break;
                case StreamText stream:
                    printed.Write(stream.Text);
                    break;
                case ValueShown { Text: { } text } when text.Trim() is var line && !line.Contains('\n'):
                    printed.Write($"\n{line}\n");
                    break;
                case NotebookNotSaved failed:
                    console.MarkupLineInterpolated(
                        $"[yellow]{failed.Path} could not be saved; the next attempt follows: {failed.Reason}[/]");
                    break;
                case CellFinished finished:
                    Print(finished);
                    current = null;
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ticks.Dispose();

    private void Print(CellFinished finished)
    {
        if (current is not var (number, of, title)) return;
        console.MarkupLineInterpolated($"{Position(number, of)} {Seconds(finished.Elapsed),8}  {title}");
        if (finished.Failure is not { } failure) return;
        var lines = failure.Traceback.Count > 0 ? failure.Traceback : [$"{failure.Name}: {failure.Value}"];
        var color = failure.Expected ? "grey" : "red";
        foreach (var line in lines.Take(MostErrorLines)) console.MarkupLineInterpolated($"[{color}]    {line}[/]");
        var more = lines.Count - MostErrorLines;
        if (more > 0) console.MarkupLineInterpolated($"[{color}]    … {more} more lines in the notebook[/]");
    }

    private void Tick()
    {
        lock (gate)
        {
            if (current is not var (number, of, title)) return;
            var (elapsed, text) = (cellClock.Elapsed, printed.Text.Length > 0 ? printed.Text : title);
            if (status is not null)
            {
                var room = Math.Max(20, console.Profile.Width - 24);
                var line = $"{Position(number, of)} {Seconds(elapsed)}  {CellTitle.Shorten(text, room)}";
                status.Status(Markup.Escape(line));
            }
            else if ((int)(elapsed / repeat) > repeated)
            {
                repeated = (int)(elapsed / repeat);
                console.MarkupLineInterpolated($"{Position(number, of)} {Seconds(elapsed),8} … {text}");
            }
        }
    }

    private static string Position(int number, int of)
    {
        var total = of.ToString(CultureInfo.InvariantCulture);
        return $"[{number.ToString(CultureInfo.InvariantCulture).PadLeft(total.Length)}/{total}]";
    }

    private static string Seconds(TimeSpan time)
    {
        var format = time.TotalSeconds < 100 ? "0.0" : "0";
        return time.TotalSeconds.ToString(format, CultureInfo.InvariantCulture) + " s";
    }
}

/// <summary>What the terminal calls a cell.</summary>
public static class CellTitle
{
    private const int Longest = 60;

    /// <summary>
    /// The first line that is not blank, a directive or a using, without comment signs; where there is none, the first
    /// line that is not blank.
    /// </summary>
    public static string Of(string code)
    {
        var lines = code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var line = lines.FirstOrDefault(IsTelling) ?? lines.FirstOrDefault() ?? "(empty)";
        return Shorten(line.TrimStart('/', ' '), Longest);
    }

    /// <summary>At most <paramref name="length"/> characters, with … for the rest.</summary>
    public static string Shorten(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");

    private static bool IsTelling(string line) =>
        !line.StartsWith('#')
        && !line.StartsWith("using ", StringComparison.Ordinal)
        && line.TrimStart('/', ' ').Length > 0;
}

/// <summary>The last line of a text in pieces, as a terminal shows it: <c>\r</c> restarts the line.</summary>
public sealed class LastLine
{
    private readonly Lock gate = new();
    private string open = "";
    private string complete = "";

    /// <summary>The last line that is not blank.</summary>
    public string Text
    {
        get { lock (gate) return open.Trim().Length > 0 ? open.Trim() : complete; }
    }

    /// <summary>Adds the next piece.</summary>
    public void Write(string text)
    {
        lock (gate)
        {
            foreach (var piece in text.Split('\n', '\r').SkipLast(1))
            {
                var line = (open + piece).Trim();
                if (line.Length > 0) complete = line;
                open = "";
            }
            open += text[(text.LastIndexOfAny(['\n', '\r']) + 1)..];
        }
    }

    /// <summary>Forgets everything, for the next cell.</summary>
    public void Clear()
    {
        lock (gate) (open, complete) = ("", "");
    }
}
