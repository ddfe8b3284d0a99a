using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Adr.Cli;

/// <summary><c>adr doctor</c>: what was found on this machine, and what to do about problems.</summary>
public static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Prints everything as one JSON object." };
        var command = new Command("doctor", "Reports what was found on this machine, and what to do about problems.")
        {
            json,
        };
        command.SetAction(parsed =>
        {
            var report = DoctorReport.Create();
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(report, Json));
            else Print(report, Terminal.Output());
            return report.Ok ? ExitCode.Fine : ExitCode.Failed;
        });
        return command;
    }

    private static void Print(DoctorReport report, IAnsiConsole console)
    {
        foreach (var (topic, text) in Lines(report)) console.MarkupLineInterpolated($"[bold]{topic,-10}[/] {text}");
        console.WriteLine();
        foreach (var problem in report.Problems)
        {
            console.MarkupLineInterpolated($"{(problem.Fatal ? "problem" : "warning"),-10} {problem.What}");
            console.MarkupLineInterpolated($"{"",-10} → {problem.Advice}");
        }
        console.WriteLine(report switch
        {
            { Problems: [] } => "No problem was found.",
            { Ok: true } => "The experiments can run; see the warnings above.",
            _ => "The experiments cannot run until the problems above are solved.",
        });
    }

    private static IEnumerable<(string Topic, string Text)> Lines(DoctorReport report)
    {
        var (system, torch) = (report.System, report.Torch);
        var instructions = system.Instructions.Count == 0
            ? "no known vector instructions"
            : string.Join(' ', system.Instructions);
        yield return ("SDK", system.Sdk is { } sdk ? $".NET SDK {sdk}, running on {system.Runtime}" : "none");
        yield return ("system", $"{system.Os} {system.Architecture}");
        var cpu = system.Cpu ?? "unknown";
        yield return ("CPU", $"{cpu}, {system.Cores} cores, {system.MemoryGiB} GiB; {instructions}");
        yield return ("TorchSharp", torch.TorchSharp);
        if (torch.Error is not null) yield break;
        yield return ("libtorch", $"{torch.Libtorch}, {torch.LibtorchPath ?? "from an unknown file"}");
        if (torch.Replacement is { } copy)
            yield return ("", $"The system's libstdc++ is older than TorchSharp's. A patched copy was loaded: {copy}");
        yield return ("CUDA", torch.Cuda ? $"{torch.CudaDevices} GPU" : "no");
        yield return ("speed", $"{torch.GigaflopsPerSecond} GFLOP/s in a 512³ product, {torch.Threads} threads");
        foreach (var data in report.Data)
        {
            yield return ("data", data.State == "absent"
                ? $"{data.Name}: not in {data.Folder}"
                : $"{data.Name}: {data.State}, {data.Train:N0} train and {data.Test:N0} test images, {data.Folder}");
        }
    }
}
