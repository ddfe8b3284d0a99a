using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Adr.Kernel.Jupyter;

/// <summary>What was run since the kernel started, as a client asks for it.</summary>
internal sealed class KernelHistory
{
    private readonly List<(int Line, string Code)> entries = [];

    internal void Add(int line, string code) => entries.Add((line, code));

    /// <summary>The answer to a <c>history_request</c>: triples of session, line and code. There is one session, 1.</summary>
    internal JsonObject Reply(JsonObject request)
    {
        var most = Math.Max(0, JupyterMessage.Number(request, "n", int.MaxValue));
        IEnumerable<(int Line, string Code)> found = JupyterMessage.Text(request, "hist_access_type") switch
        {
            "range" => Range(JupyterMessage.Number(request, "session", 0), JupyterMessage.Number(request, "start", 0), JupyterMessage.Number(request, "stop", int.MaxValue)),
            "search" => Search(JupyterMessage.Text(request, "pattern"), JupyterMessage.Flag(request, "unique", false)).TakeLast(most),
            _ => entries.TakeLast(most),
        };
        var withOutput = JupyterMessage.Flag(request, "output", false); // outputs are not kept
        return new JsonObject
        {
            ["status"] = "ok",
            ["history"] = new JsonArray([.. found.Select(entry => (JsonNode)new JsonArray(1, entry.Line, withOutput ? new JsonArray(entry.Code, null) : entry.Code))]),
        };
    }

    // Session 0 is the present one, as negative numbers count back from it.
    private IEnumerable<(int, string)> Range(int session, int start, int stop) =>
        session is 0 or 1 ? entries.Where(entry => entry.Line >= start && entry.Line < stop) : [];

    private IEnumerable<(int, string)> Search(string pattern, bool unique)
    {
        var regex = new Regex($"^{Regex.Escape(pattern).Replace(@"\*", ".*").Replace(@"\?", ".")}$", RegexOptions.Singleline | RegexOptions.NonBacktracking);
        var found = entries.Where(entry => regex.IsMatch(entry.Code));
        return unique ? found.Reverse().DistinctBy(entry => entry.Code).Reverse() : found;
    }
}
