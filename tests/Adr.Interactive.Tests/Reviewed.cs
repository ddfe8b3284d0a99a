using System.Runtime.CompilerServices;

namespace Adr.Interactive.Tests;

/// <summary>
/// Compares a text with one that a person has looked at. To accept a change, run with ADR_ACCEPT=1 and read the
/// difference in git.
/// </summary>
internal static class Reviewed
{
    internal static void Equal(string name, string actual, [CallerFilePath] string caller = "")
    {
        var folder = Path.GetDirectoryName(caller)!;
        while (!Directory.Exists(Path.Combine(folder, "Expected")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new DirectoryNotFoundException($"No folder Expected above {caller}.");
        var path = Path.Combine(folder, "Expected", name);
        if (Environment.GetEnvironmentVariable("ADR_ACCEPT") == "1") File.WriteAllText(path, actual + "\n");
        Assert.True(File.Exists(path), $"There is no reviewed text {path}. Run once with ADR_ACCEPT=1 and read it.");
        Assert.Equal(File.ReadAllText(path).TrimEnd('\n'), actual);
    }
}
