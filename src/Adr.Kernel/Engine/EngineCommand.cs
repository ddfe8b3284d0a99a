using System.Runtime.InteropServices;

namespace Adr.Kernel.Engine;

/// <summary>How to start an engine: a program whose <c>Main</c> hands its arguments to <see cref="EngineHost"/>.</summary>
/// <param name="FileName">The program, usually <c>dotnet</c>.</param>
/// <param name="Arguments">What comes before the engine's own arguments, usually the host's dll.</param>
public sealed record EngineCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>This library's own dll as the host.</summary>
    public static EngineCommand Default => ForHost(typeof(EngineCommand).Assembly.Location);

    /// <summary>A host's dll, run by the same <c>dotnet</c> as this process.</summary>
    /// <param name="dll">The host; notebooks share its assemblies.</param>
    public static EngineCommand ForHost(string dll) => new(DotnetPath(), [Path.GetFullPath(dll)]);

    /// <summary>The <c>dotnet</c> that runs this process, or the one on the path.</summary>
    internal static string DotnetPath()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Path.GetFileName(Environment.ProcessPath) == name) return Environment.ProcessPath!;
        // …/dotnet/shared/Microsoft.NETCore.App/10.0.0/ lies three folders below it.
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
