using Adr.Kernel.Engine;

namespace Adr.Kernel.Running;

/// <summary>How a notebook is run.</summary>
public sealed record RunOptions
{
    /// <summary>The notebook's file.</summary>
    public required string NotebookPath { get; init; }

    /// <summary>Where the executed notebook goes; null replaces the notebook itself.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Values for the notebook's parameters, as a command line gives them; their types come from the cell tagged <c>parameters</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameters whose value is text where the notebook itself does not state their type; others are then what they look like.</summary>
    public IReadOnlySet<string> TextParameters { get; init; } = new HashSet<string>();

    /// <summary>Answers to what cells ask for (<c>GetInputAsync</c>, <c>@input:</c>), by the prompt that they ask with.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>The first cell to run, from 1, counted among the cells that would run; null for the first. Outputs of the cells before stay as they are.</summary>
    public int? From { get; init; }

    /// <summary>The last cell to run; null for the last.</summary>
    public int? To { get; init; }

    /// <summary>How long one cell may take; null for as long as it likes.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>How long all cells may take together; null for as long as they like.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Goes on after a cell that fails. The run then still ends with <see cref="ExitCode.CellFailed"/> unless the cells are tagged <c>raises-exception</c>.</summary>
    public bool AllowErrors { get; init; }

    /// <summary>The folder in which cells run; null for the notebook's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Where <c>#r "name.dll"</c> looks after the notebook's folder; the engine host's own folder comes last.</summary>
    public IReadOnlyList<string> ReferencePaths { get; init; } = [];

    /// <summary>The program that hosts the engine; notebooks share its assemblies.</summary>
    public EngineCommand Engine { get; init; } = EngineCommand.Default;

    /// <summary>How often the notebook is saved while a cell runs. It is saved after a cell too; where saving takes long, a few quick cells share one save.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a cell that is asked to stop may take for it before its process is killed.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the engine may take to start.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much text one cell may write to its streams, in characters; what is beyond is dropped, and the cell says so.</summary>
    public int MaxStreamCharacters { get; init; } = 50_000_000;

    /// <summary>Writes when each cell ran into its metadata (<c>execution</c>, as nbclient does) and the run into the notebook's (<c>papermill</c>).</summary>
    public bool RecordTiming { get; init; } = true;

    /// <summary>Told what happens, in order, from one thread at a time; it should return quickly.</summary>
    public Action<RunEvent>? Progress { get; init; }
}
