using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Adr.Kernel.Jupyter;

/// <summary>The code that has run since the kernel started.</summary>
internal sealed class KernelHistory
{
    private const int LongestPattern = 1000; // A regular expression takes much more memory than its text.

    private readonly List<(int Line, string Code)> entries = [];

    internal void Add(int line, string code) => entries.Add((line, code));

    /// <summary>
    /// The reply to a <c>history_request</c>: triples of session, line and code. The only session is 1.
    /// </summary>
    /// <exception cref="FormatException">The request does not have the form that the protocol asks for.</exception>
    internal JsonObject Reply(JsonObject request)
    {
        var most = Math.Max(0, JupyterMessage.Number(request, "n", int.MaxValue));
        var found = JupyterMessage.Text(request, "hist_access_type") switch
        {
            "range" => Range(JupyterMessage.Number(request, "session", 0), JupyterMessage.Number(request, "start", 0),
                JupyterMessage.Number(request, "stop", int.MaxValue)),
            "search" => Search(JupyterMessage.Text(request, "pattern"),
                JupyterMessage.Flag(request, "unique", false)).TakeLast(most),
            _ => entries.TakeLast(most),
        };
        var withOutput = JupyterMessage.Flag(request, "output", false);
        var history = new JsonArray();
        foreach (var (line, code) in found)
        {
            // Outputs are not kept.
            JsonNode entry = withOutput ? new JsonArray(code, null) : JsonValue.Create(code);
            history.Add((JsonNode)new JsonArray(1, line, entry));
        }
        return new JsonObject { ["status"] = "ok", ["history"] = history };
    }

    // Session 0 is the present one; negative numbers count back from it.
    private IEnumerable<(int Line, string Code)> Range(int session, int start, int stop) =>
        session is 0 or 1 ? entries.Where(entry => entry.Line >= start && entry.Line < stop) : [];

    private IEnumerable<(int Line, string Code)> Search(string pattern, bool unique)
    {
        if (pattern.Length > LongestPattern)
            throw new FormatException($"'pattern' has {pattern.Length} characters; expected at most {LongestPattern}");
        var regex = new Regex($"^{Regex.Escape(pattern).Replace(@"\*", ".*").Replace(@"\?", ".")}$",
            RegexOptions.Singleline | RegexOptions.NonBacktracking);
        var found = entries.Where(entry => regex.IsMatch(entry.Code));
        return unique ? found.Reverse().DistinctBy(entry => entry.Code).Reverse() : found;
    }
}
