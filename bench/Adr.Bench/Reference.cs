using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Adr.Bench;

/// <summary>The reference's side: tests/reference/authors_loop.py in a Python of its own, one line for each
/// request.</summary>
internal sealed class Reference : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it with the environment as a user has it, or with OpenBLAS held to one thread.</summary>
    /// <exception cref="InvalidOperationException">There is no Python with torch.</exception>
    internal Reference(string python, string script, bool oneBlasThread = false)
    {
        var start = new ProcessStartInfo(python, [script]) { RedirectStandardInput = true,
            RedirectStandardOutput = true };
        // what the library sets for itself
        foreach (var ours in new[] { "OPENBLAS_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT" })
            start.Environment.Remove(ours);
        if (oneBlasThread) start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{python} did not start.");
        About = Ask(new JsonObject { ["do"] = "about" });
    }

    /// <summary>Versions and threads.</summary>
    internal JsonObject About { get; }

    /// <summary>Sets a scenario up.</summary>
    internal void Make(Scenario scenario, int threads, TrainedDigits? digits = null) => Ask(new JsonObject
    {
        ["do"] = "make", ["net"] = scenario.Network, ["defence"] = scenario.IsEvaluation ? "ADV" : scenario.Defence,
        ["batch"] = scenario.Batch, ["steps"] = scenario.Steps, ["threads"] = threads, ["seed"] = 1,
        ["batchFile"] = digits?.BatchFile, ["weights"] = digits?.WeightsFile,
    });

    /// <summary>Points that the last evaluation found robust.</summary>
    internal int Right { get; private set; }

    /// <summary>Runs it once; seconds.</summary>
    internal double Run(Scenario scenario)
    {
        var seconds = 0.0;
        for (var repeat = 0; repeat < scenario.Repeats; repeat++)
        {
            var answer = Ask(new JsonObject { ["do"] = scenario.IsEvaluation ? "evaluate" : "train" });
            if (scenario.IsEvaluation) Right = (int)answer["right"]!;
            seconds += (double)answer["seconds"]!;
        }
        return seconds;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    internal JsonObject Ask(JsonObject request)
    {
        try
        {
            _process.StandardInput.WriteLine(request.ToJsonString());
            _process.StandardInput.Flush();
        }
        catch (IOException) when (_process.WaitForExit(1000)) // its own words are on the terminal
        {
            throw Ended();
        }
        return _process.StandardOutput.ReadLine() is { } line ? (JsonObject)JsonNode.Parse(line)! : throw Ended();
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private InvalidOperationException Ended() => new("The reference ended. It needs a Python with torch (Debian: apt "
        + "install python3-torch); ADR_PYTHON names another one.");
}
