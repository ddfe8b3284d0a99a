using System.Globalization;
using System.Text.RegularExpressions;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Kernel.Assignments;

/// <summary>Grades submitted notebooks: runs each in a process of its own, and counts the checks that hold.</summary>
/// <param name="engine">The program that hosts the engine.</param>
/// <param name="readable">Files and folders that submissions may read, in a sandbox: libraries and data. The folder of
/// the engine's host is always readable.</param>
/// <param name="limits">What a submission may use.</param>
/// <param name="isIsolated">Whether submissions run in a <see cref="Sandbox"/>.</param>
public sealed partial class Grader(
    EngineCommand engine, IReadOnlyList<string> readable, GradingLimits limits, bool isIsolated)
{
    /// <summary>Grades one submission.</summary>
    /// <param name="assignment">The assignment.</param>
    /// <param name="submitted">The notebook that came back.</param>
    /// <param name="cancellation">Stops the run; nothing is graded then.</param>
    /// <returns>Its points, and the notebook as it ran. A file that is no notebook earns none.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<(GradedSubmission Graded, Notebook Executed)> GradeAsync(
        Assignment assignment, string submitted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        if (!TryLoad(submitted, out var handedIn, out var problem)) return Unreadable(assignment, problem);
        var (notebook, remarks) = assignment.Restore(handedIn);
        var work = Directory.CreateTempSubdirectory("adr-grade-");
        try
        {
            var (graded, executed, stopped) = await RunAsync(assignment, notebook, work.FullName, cancellation)
                .ConfigureAwait(false);
            if (stopped is not null) remarks = [.. remarks, stopped];
            return (new GradedSubmission(graded, remarks, isIsolated), executed);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static bool TryLoad(string path, out Notebook notebook, out string problem)
    {
        try
        {
            (notebook, problem) = (Notebook.Load(path), "");
            return true;
        }
        catch (NotebookFormatException error)
        {
            (notebook, problem) = (Notebook.Create(), error.Message);
            return false;
        }
    }

    private (GradedSubmission Graded, Notebook Executed) Unreadable(Assignment assignment, string problem)
    {
        const string Message = "What was handed in cannot be read.";
        var cells = assignment.Marks.Where(mark => mark.Points is not null)
            .Select(mark => new GradedCell(mark.Id, 0, mark.Points!.Value, Verdict.Failed, Message, 0));
        return (new GradedSubmission([.. cells], [problem], isIsolated), Notebook.Create());
    }

    private async Task<(List<GradedCell> Cells, Notebook Executed, string? Stopped)> RunAsync(
        Assignment assignment, Notebook notebook, string work, CancellationToken cancellation)
    {
        // In a sandbox its folder is made anew, and the files come from the source. Elsewhere they are copied.
        var place = Directory.CreateDirectory(Path.Combine(work, "work")).FullName;
        var files = Directory.GetFiles(assignment.Folder).Where(file => Path.GetExtension(file) != ".ipynb").ToList();
        if (!isIsolated) files.ForEach(file => File.Copy(file, Path.Combine(place, Path.GetFileName(file))));
        Export.StaticNotebook.Move(notebook, assignment.Folder, place);
        var path = Path.Combine(work, assignment.Name + ".ipynb");
        // A check ends with a value that nobody knows before. What a cell prints, or throws away, proves nothing.
        var token = Guid.NewGuid().ToString("N");
        var checks = notebook.Cells.Where(cell => GradingMark.Of(cell) is { IsCheck: true }).ToList();
        foreach (var check in checks) check.Source += Ending(token);
        notebook.Save(path);

        var watch = new ProcessWatch(limits);
        await using var watching = watch.ConfigureAwait(false);
        var results = new Results(token, watch);
        var environment = new Dictionary<string, string>(engine.Environment)
        {
            ["ADR_RUNS"] = Path.Combine(place, "runs"), ["DOTNET_NOLOGO"] = "1", ["OMP_NUM_THREADS"] = "1",
            ["DOTNET_GCHeapHardLimit"] = ((long)limits.Memory << 20).ToString("x", CultureInfo.InvariantCulture),
        };
        if (Environment.GetEnvironmentVariable("ADR_DATA") is { Length: > 0 } data)
            environment["ADR_DATA"] = Path.GetFullPath(data);
        var command = engine with { Environment = environment };
        var result = await NotebookRunner.RunAsync(new RunOptions
        {
            NotebookPath = path,
            WorkingDirectory = place,
            Engine = isIsolated ? Sandbox.Around(command, place, files, Readable(environment), limits.Disk) : command,
            ReferencePaths = [AppContext.BaseDirectory],
            CellTimeout = limits.Cell,
            Timeout = limits.Run,
            MaxStreamCharacters = limits.Characters,
            AllowErrors = true,
            RecordTiming = false,
            RunsAgain = cell => GradingMark.Of(cell) is not { IsCheck: true },
            Progress = results.Take,
        }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();

        var executed = result.Notebook ?? notebook;
        foreach (var check in executed.Cells.Where(cell => GradingMark.Of(cell) is { IsCheck: true }))
        {
            if (!check.Source.EndsWith(Ending(token), StringComparison.Ordinal)) continue;
            check.Source = check.Source[..^Ending(token).Length];
            check.SetOutputs(check.Outputs.Where(output => !Results.IsToken(output.Data("text/plain"), token)));
        }
        var stopped = result.Outcome is RunOutcome.Usage or RunOutcome.EngineDied && result.CellsRun == 0
            || result.Outcome == RunOutcome.Timeout && results.Ran < executed.Cells.Count(IsRun)
                ? result.Message
                : null;
        return ([.. executed.Cells.Select(cell => Grade(assignment, cell, results)).OfType<GradedCell>()], executed,
            stopped);
    }

    /// <summary>The page that a student gets: the points, and the notebook as it ran, without hidden checks.</summary>
    public static Notebook Feedback(Notebook executed, GradedSubmission graded)
    {
        ArgumentNullException.ThrowIfNull(executed);
        ArgumentNullException.ThrowIfNull(graded);
        var page = Notebook.Parse(executed.ToJson());
        foreach (var cell in page.Cells)
            if (GradingMark.Of(cell) is { IsCheck: true })
                cell.Source = Region.HiddenTests.Without(cell.Source).TrimEnd();
        var rows = graded.Cells.Select(cell => $"| {cell.Id} | {Points(cell.Points)} | {Points(cell.Max)} "
            + $"| {Escape(cell.Verdict == Verdict.ByHand ? "marked by hand" : cell.Message)} |");
        var remarks = graded.Remarks.Select(remark => $"- {Escape(remark)}");
        page.Insert(0, Cell.Markdown(string.Join('\n', [
            $"# {Points(graded.Score)} of {Points(graded.Max)} points", "",
            "| cell | points | of | |", "|---|---|---|---|", .. rows, "", .. remarks])));
        return page;
    }

    private static string Escape(string text) => Punctuation().Replace(text.ReplaceLineEndings(" "), @"\$0");

    [GeneratedRegex(@"[!-/:-@\[-`{-~]")]
    private static partial Regex Punctuation();

    private static string Points(double? points) => points?.ToString("0.##", CultureInfo.InvariantCulture) ?? "–";

    private static string Ending(string token) => $"\n\"{token}\"";

    private static bool IsRun(Cell cell) => cell.Kind == CellKind.Code && !string.IsNullOrWhiteSpace(cell.Source);

    private IEnumerable<string> Readable(Dictionary<string, string> environment) =>
        [.. readable, AppContext.BaseDirectory, environment.GetValueOrDefault("ADR_DATA", AppContext.BaseDirectory)];

    private static GradedCell? Grade(Assignment assignment, Cell cell, Results results)
    {
        if (GradingMark.Of(cell) is not { Points: { } points } mark) return null;
        if (mark.IsAnswer)
        {
            return assignment.IsEmpty(mark.Id, cell.Source)
                ? new(mark.Id, 0, points, Verdict.Failed, "There is no answer.", 0)
                : new(mark.Id, points == 0 ? 0 : null, points, Verdict.ByHand, "", 0);
        }
        return results.Of(mark.Id) is var (failure, seconds)
            ? new(mark.Id, failure is null ? points : 0, points, failure is null ? Verdict.Passed : Verdict.Failed,
                failure ?? "", Math.Round(seconds, 2))
            : new(mark.Id, 0, points, Verdict.NotRun, "The time for the whole submission was over before it.", 0);
    }

    /// <summary>How the checks ended.</summary>
    private sealed class Results(string token, ProcessWatch watch)
    {
        private readonly Dictionary<string, (string? Failure, double Seconds)> ended = [];
        private (GradingMark? Mark, bool HasToken) current;

        internal int Ran { get; private set; }

        internal (string? Failure, double Seconds)? Of(string id) =>
            ended.TryGetValue(id, out var found) ? found : null;

        internal static bool IsToken(string? text, string token) => text?.Trim().Trim('"') == token;

        internal void Take(RunEvent happened)
        {
            switch (happened)
            {
                case EngineStarted engine:
                    watch.Follow(engine.ProcessId);
                    break;
                case CellStarted cell:
                    current = (GradingMark.Of(cell.Cell), false);
                    break;
                case ValueShown { DisplayId: null } value:
                    current.HasToken |= IsToken(value.Text, token);
                    break;
                case CellFinished cell:
                    Ran++;
                    var breach = watch.TakeBreach();
                    if (current.Mark is { IsCheck: true } mark)
                        ended[mark.Id] = (Failure(cell.Failure, breach), cell.Elapsed.TotalSeconds);
                    break;
            }
        }

        private string? Failure(CellFailure? failure, string? breach) =>
            failure is null ? current.HasToken ? null : "It ended before its last line."
            : failure.Name == "EngineDied" && breach is not null ? breach
            : failure.Name is "CellTimeout" or "RunTimeout" or "EngineDied" or "Adr.Interactive.CheckException"
                ? failure.Value
            : $"{failure.Name}: {failure.Value}";
    }
}
