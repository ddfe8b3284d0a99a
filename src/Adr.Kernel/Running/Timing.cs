using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>When things ran, under the keys that nbclient and papermill write.</summary>
internal static class Timing
{
    internal static void Record(Cell cell, DateTimeOffset started, DateTimeOffset ended) => cell.Metadata["execution"] = new JsonObject
    {
        ["iopub.execute_input"] = Iso(started),
        ["iopub.status.busy"] = Iso(started),
        ["iopub.status.idle"] = Iso(ended),
        ["shell.execute_reply"] = Iso(ended),
    };

    internal static void Record(Notebook notebook, RunOptions options, DateTimeOffset started, DateTimeOffset ended, bool failed)
    {
        var parameters = new JsonObject();
        foreach (var (name, value) in options.Parameters) parameters[name] = value;
        notebook.Metadata["papermill"] = new JsonObject
        {
            ["duration"] = Math.Round((ended - started).TotalSeconds, 3),
            ["end_time"] = Iso(ended),
            ["exception"] = failed ? true : null,
            ["parameters"] = parameters,
            ["start_time"] = Iso(started),
        };
    }

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
