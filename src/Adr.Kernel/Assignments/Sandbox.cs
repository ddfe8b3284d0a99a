using System.ComponentModel;
using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Assignments;

/// <summary>Bubblewrap (<c>bwrap</c>, on Linux): a program runs without a network, without other processes, and with
/// only those files that it is given.</summary>
public static class Sandbox
{
    private static readonly Lazy<string?> Problem = new(Try);

    // What .NET and native libraries need of a system. None of it is anybody's own.
    private static readonly string[] SystemPaths =
    [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
        "/etc/alternatives", "/etc/localtime", "/etc/ssl", "/sys/devices/system", "/sys/fs/cgroup",
    ];

    /// <summary>Why there is no sandbox here, as a sentence; null if there is one.</summary>
    public static string? Missing => Problem.Value;

    /// <summary>The same engine in a sandbox.</summary>
    /// <param name="engine">How it is started.</param>
    /// <param name="folder">The folder in which it runs. In the sandbox it begins with the files of
    /// <paramref name="files"/>, and what is written there is gone afterwards.</param>
    /// <param name="files">Files for that folder.</param>
    /// <param name="readable">Files and folders that it may read, where they are. Those that do not exist are left
    /// out.</param>
    /// <param name="disk">How much it may write, in MiB.</param>
    internal static EngineCommand Around(
        EngineCommand engine, string folder, IEnumerable<string> files, IEnumerable<string> readable, int disk)
    {
        var dotnet = Path.GetDirectoryName(Real(engine.FileName))!;
        var environment = engine.Environment.Append(new("DOTNET_ROOT", dotnet)).Append(new("HOME", folder))
            .Append(new("TMPDIR", folder)).Append(new("PATH", $"{dotnet}:/usr/bin:/bin"));
        string[] arguments =
        [
            "bwrap", "--unshare-all", "--new-session", "--clearenv",
            .. environment.SelectMany(one => new[] { "--setenv", one.Key, one.Value }),
            .. SystemPaths.Concat(readable).Append(dotnet).Where(Path.Exists).Distinct()
                .SelectMany(path => new[] { "--ro-bind", path, path }),
            "--proc", "/proc", "--dev", "/dev", "--size", $"{(long)disk << 20}", "--tmpfs", folder,
            .. files.SelectMany(file => new[] { "--ro-bind", file, Path.Combine(folder, Path.GetFileName(file)) }),
            "--chdir", folder,
        ];
        return engine with { Within = socket => [.. arguments, "--bind", socket, socket, "--"] };
    }

    // The program behind links: /usr/bin/dotnet is one.
    private static string Real(string program)
    {
        if (!Path.IsPathRooted(program))
            program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;
        return new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(program);
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux()) return "Only Linux has it.";
        try
        {
            string[] arguments = ["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--", "true"];
            using var process = Process.Start(new ProcessStartInfo("bwrap", arguments)
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"bwrap does not work here: {errors.Trim()}";
        }
        catch (Win32Exception)
        {
            return "The program bwrap is not installed (package bubblewrap).";
        }
    }
}
