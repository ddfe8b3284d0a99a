using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Running;
using Spectre.Console;

namespace Adr.Cli.Running;

/// <summary>Shows a run on the terminal: a line per finished cell, and the last line of what the present one says. Where the output is
/// not a terminal, the present cell's line is repeated now and then, so that a log shows life.</summary>
public sealed class RunConsole : IDisposable
{
    private const int MostErrorLines = 8;

    private readonly Lock gate = new();
    private readonly IAnsiConsole console;
    private readonly TimeSpan repeat;
    private readonly LastLine said = new();
    private readonly Stopwatch cellClock = new();
    private readonly Timer ticks;
    private StatusContext? status;
    private (int Number, int Of, string Title)? present;
    private int repeated;

    /// <summary>Shows a run on <paramref name="console"/>.</summary>
    /// <param name="console">Where.</param>
    /// <param name="repeat">How often the present cell's line is repeated where there is no terminal. Default: 30 s.</param>
    public RunConsole(IAnsiConsole console, TimeSpan? repeat = null)
    {
        (this.console, this.repeat) = (console, repeat ?? TimeSpan.FromSeconds(30));
        ticks = new Timer(_ => Tick(), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
    }

    /// <summary>Shows what <paramref name="run"/> reports until it ends.</summary>
    public Task<RunResult> WatchAsync(Func<Action<RunEvent>, Task<RunResult>> run) =>
        console.Profile.Capabilities.Interactive
            ? console.Status().Spinner(Spinner.Known.Dots).StartAsync("starting the engine", context =>
            {
                status = context;
                return run(Report);
            })
            : run(Report);

    /// <summary>Shows an event.</summary>
    public void Report(RunEvent happened)
    {
        lock (gate)
        {
            switch (happened)
            {
                case CellStarted started:
                    present = (started.Number, started.Of, CellTitle.Of(started.Cell.Source));
                    said.Clear();
                    repeated = 0;
                    cellClock.Restart();
                    break;
                case StreamText stream:
                    said.Write(stream.Text);
                    break;
                case ValueShown { Text: { } text } when text.Trim() is var line && !line.Contains('\n'):
                    said.Write($"\n{line}\n");
                    break;
                case NotebookNotSaved failed:
                    console.MarkupLineInterpolated($"[yellow]{failed.Path} could not be saved and will be tried again: {failed.Reason}[/]");
                    break;
                case CellFinished finished:
                    Print(finished);
                    present = null;
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ticks.Dispose();

    private void Print(CellFinished finished)
    {
        if (present is not var (number, of, title)) return;
        console.MarkupLineInterpolated($"{Position(number, of)} {Seconds(finished.Elapsed),8}  {title}");
        if (finished.Failure is not { } failure) return;
        var lines = failure.Traceback.Count > 0 ? failure.Traceback : [$"{failure.Name}: {failure.Value}"];
        var color = failure.Expected ? "grey" : "red";
        foreach (var line in lines.Take(MostErrorLines)) console.MarkupLineInterpolated($"[{color}]    {line}[/]");
        if (lines.Count > MostErrorLines) console.MarkupLineInterpolated($"[{color}]    … {lines.Count - MostErrorLines} more lines in the notebook[/]");
    }

    private void Tick()
    {
        lock (gate)
        {
            if (present is not var (number, of, title)) return;
            var text = said.Text.Length > 0 ? said.Text : title;
            if (status is not null)
            {
                var room = Math.Max(20, console.Profile.Width - 24);
                status.Status(Markup.Escape($"{Position(number, of)} {Seconds(cellClock.Elapsed)}  {CellTitle.Shorten(text, room)}"));
            }
            else if ((int)(cellClock.Elapsed / repeat) > repeated)
            {
                repeated = (int)(cellClock.Elapsed / repeat);
                console.MarkupLineInterpolated($"{Position(number, of)} {Seconds(cellClock.Elapsed),8} … {text}");
            }
        }
    }

    private static string Position(int number, int of) => $"[{number.ToString(CultureInfo.InvariantCulture).PadLeft(of.ToString(CultureInfo.InvariantCulture).Length)}/{of}]";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(time.TotalSeconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " s";
}
