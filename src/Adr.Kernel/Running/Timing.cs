using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Writes when cells and notebooks ran, under the metadata keys of nbclient and papermill.</summary>
internal static class Timing
{
    /// <summary>Removes the times of an earlier run from a cell.</summary>
    internal static void Forget(Cell cell) => cell.Metadata.Remove("execution");

    internal static void Record(Cell cell, DateTimeOffset started, DateTimeOffset ended) =>
        cell.Metadata["execution"] = new JsonObject
        {
            ["iopub.execute_input"] = Iso(started),
            ["iopub.status.busy"] = Iso(started),
            ["iopub.status.idle"] = Iso(ended),
            ["shell.execute_reply"] = Iso(ended),
        };

    internal static void Record(
        Notebook notebook, RunOptions options, DateTimeOffset started, DateTimeOffset ended, bool failed)
    {
        var parameters = new JsonObject();
        foreach (var (name, value) in options.Parameters) parameters[name] = value;
        var papermill = NotebookJson.ObjectAt(notebook.Metadata, "papermill"); // Other keys of it are kept.
        papermill["duration"] = Math.Round((ended - started).TotalSeconds, 3);
        papermill["end_time"] = Iso(ended);
        papermill["exception"] = failed ? true : null;
        papermill["parameters"] = parameters;
        papermill["start_time"] = Iso(started);
    }

    private static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
