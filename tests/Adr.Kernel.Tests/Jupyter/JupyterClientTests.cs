using System.Diagnostics;
using System.Runtime.CompilerServices;
using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

/// <summary>
/// The kernel in a process of its own, over sockets, as Jupyter's own Python clients see it: the scripts in
/// tests/jupyter.
/// </summary>
public sealed class JupyterClientTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("adr-jupyter-");

    public JupyterClientTests() => KernelSpec.Install(
        Path.Combine(data.FullName, "kernels"), KernelSpec.DefaultName, ".NET (C#)",
        [EngineCommand.Default.FileName, .. EngineCommand.Default.Arguments, "kernel", "{connection_file}"],
        new Dictionary<string, string>());

    public void Dispose() => data.Delete(recursive: true);

    [JupyterFact]
    public void Debians_kernel_test_passes_and_skips_the_pager_alone() =>
        Passes("conformance.py", "12 run, 1 skipped, 0 failed");

    [JupyterFact]
    public void Our_own_tests_pass() => Passes("client.py", " run, 0 skipped, 0 failed");

    private void Passes(string script, string end, [CallerFilePath] string here = "")
    {
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "jupyter", script));
        var (output, _) = JupyterFactAttribute.Run(
            [path, KernelSpec.DefaultName], data.FullName, TimeSpan.FromMinutes(8));
        // The reader of a failure needs the whole output.
        Assert.True(output.TrimEnd().EndsWith(end, StringComparison.Ordinal), output);
    }
}

/// <summary>
/// A test that needs Jupyter's Python packages; shown as skipped where they are missing, unless ADR_NEED_JUPYTER is
/// set.
/// </summary>
internal sealed class JupyterFactAttribute : FactAttribute
{
    private static readonly string? Missing = FindMissing();

    public JupyterFactAttribute()
    {
        var isNeeded = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ADR_NEED_JUPYTER"));
        if (!isNeeded && Missing is { } missing) Skip = missing;
    }

    // Debian's own, where another python3 comes first on the PATH.
    private static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    internal static (string Output, int Code) Run(IReadOnlyList<string> arguments, string? data, TimeSpan limit)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (data is not null) start.Environment["JUPYTER_DATA_DIR"] = start.Environment["JUPYTER_RUNTIME_DIR"] = data;
        start.Environment.Remove("JUPYTER_PATH");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(limit)) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return (errors.Result + output.Result, process.ExitCode);
    }

    private static string? FindMissing()
    {
        try
        {
            string[] command = ["-c", "import jupyter_client, jupyter_kernel_test, zmq"];
            return Run(command, null, TimeSpan.FromSeconds(60)).Code == 0
                ? null
                : "Jupyter's Python packages are missing: " +
                    "apt install python3-jupyter-client python3-jupyter-kernel-test";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "python3 is not there";
        }
    }
}
