using System.Diagnostics;

namespace Adr.Robustness.Obstacles;

/// <summary>Commands with file systems that only they see, which the kernel gives to root, and on many systems to
/// everybody.</summary>
internal static class OwnMount
{
    private static readonly Lazy<string[]?> Unshare = new(() => new[]
    {
        new[] { "unshare", "--mount" }, ["unshare", "--mount", "--map-root-user"],
    }.FirstOrDefault(Works));

    /// <summary>Whether this machine allows it.</summary>
    internal static bool IsAllowed => OperatingSystem.IsLinux() && Unshare.Value is not null;

    /// <summary>The program, with its arguments, that starts a command by <c>"$@"</c> of a script.</summary>
    /// <param name="script">For /bin/sh.</param>
    internal static IReadOnlyList<string> Around(string script) => [.. Unshare.Value!, .. Shell(script)];

    /// <summary>The same without file systems of its own.</summary>
    internal static IReadOnlyList<string> Shell(string script) => ["/bin/sh", "-c", script, "sh"];

    private static bool Works(string[] unshare)
    {
        try
        {
            string[] command = [.. unshare, .. Shell("mount -t tmpfs -o size=4k tmpfs /mnt")];
            var start = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
}

/// <summary>A test that needs a file system of its own.</summary>
internal sealed class OwnMountTheoryAttribute : TheoryAttribute
{
    public OwnMountTheoryAttribute()
    {
        if (!OwnMount.IsAllowed) Skip = "It needs a file system of its own, which this system does not give (unshare).";
    }
}
