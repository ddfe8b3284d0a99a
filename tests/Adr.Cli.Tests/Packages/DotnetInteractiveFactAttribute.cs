using System.Text.Json;

namespace Adr.Cli.Tests.Packages;

/// <summary>
/// A test that needs Microsoft's dotnet-interactive, which <c>.ci/install</c> puts into artifacts/tools, and Jupyter's
/// Python client. It is shown as skipped without them, unless ADR_NEED_INTERACTIVE is set.
/// </summary>
internal sealed class DotnetInteractiveFactAttribute : FactAttribute
{
    public DotnetInteractiveFactAttribute()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ADR_NEED_INTERACTIVE"))) return;
        if (!File.Exists(Tool)) Skip = "dotnet-interactive is missing; .ci/install installs it";
        else if (!File.Exists(Python)) Skip = "Debian's python3 is missing, with python3-nbclient";
    }

    /// <summary>The Python that has nbclient.</summary>
    internal static string Python => "/usr/bin/python3";

    private static string Tool => Repository.Artifact("tools", "dotnet-interactive");

    /// <summary>Writes the file by which Jupyter finds it.</summary>
    internal static void WriteKernel(string kernels)
    {
        var folder = Directory.CreateDirectory(Path.Combine(kernels, ".net-csharp")).FullName;
        File.WriteAllText(Path.Combine(folder, "kernel.json"), JsonSerializer.Serialize(new
        {
            argv = new[] { Tool, "jupyter", "--default-kernel", "csharp", "{connection_file}" },
            display_name = ".NET (C#)",
            language = "C#",
        }));
    }
}
