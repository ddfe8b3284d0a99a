using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>How a notebook is run.</summary>
public sealed record RunOptions
{
    /// <summary>The file of the notebook.</summary>
    public required string NotebookPath { get; init; }

    /// <summary>The file for the executed notebook; null to replace the notebook itself.</summary>
    public string? OutputPath { get; init; }

    /// <summary>
    /// Values of the notebook's parameters, as a command line gives them. Their types come from the cell tagged
    /// <c>parameters</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The parameters whose value is text if the notebook does not state their type. The type of the others then
    /// follows from what the value looks like.
    /// </summary>
    public IReadOnlySet<string> TextParameters { get; init; } = new HashSet<string>();

    /// <summary>Answers to cells that ask for input (<c>GetInputAsync</c>, <c>@input:</c>), by prompt.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The first cell to run, counted from 1 among the cells that would run; null for the first. The cells before it
    /// keep their outputs.
    /// </summary>
    public int? From { get; init; }

    /// <summary>The last cell to run; null for the last.</summary>
    public int? To { get; init; }

    /// <summary>How long one cell may take; null for no limit.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>How long all cells may take together; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Whether to continue after a cell that fails, takes too long, is in another language, or ends the engine, which
    /// is then replaced. The outcome of the run is that of the first such cell, apart from failures of cells that are
    /// tagged <c>raises-exception</c>.
    /// </summary>
    public bool AllowErrors { get; init; }

    /// <summary>
    /// Which cells run again in an engine that replaces one that ended, so that the cells after them find their
    /// variables; null for none. Only cells that succeeded do, and their outputs stay as they were.
    /// </summary>
    public Func<Cell, bool>? RunsAgain { get; init; }

    /// <summary>The folder in which cells run; null for the notebook's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// Folders in which <c>#r "name.dll"</c> looks after the notebook's folder. The folder of the engine's host comes
    /// last.
    /// </summary>
    public IReadOnlyList<string> ReferencePaths { get; init; } = [];

    /// <summary>The program that hosts the engine. Notebooks share its assemblies.</summary>
    public EngineCommand Engine { get; init; } = EngineCommand.Default;

    /// <summary>
    /// How often the notebook is saved while a cell runs. It is also saved after each cell; if saving is slow, several
    /// quick cells share one save.
    /// </summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a cell that is asked to stop may take before its process is killed.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the engine may take to start.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many characters one cell may write to its streams. Further text is dropped, and the cell's output says so.
    /// </summary>
    public int MaxStreamCharacters { get; init; } = 50_000_000;

    /// <summary>
    /// Whether the times of each cell go into its metadata (<c>execution</c>, as in nbclient) and the time of the run
    /// into the notebook's (<c>papermill</c>).
    /// </summary>
    public bool RecordTiming { get; init; } = true;

    /// <summary>Receives the events of the run, in order and one at a time. It should return quickly.</summary>
    public Action<RunEvent>? Progress { get; init; }
}
