using System.Diagnostics;

namespace Adr.Cli.Tests.Packages;

/// <summary>A folder with our packages, made by <c>dotnet pack</c> of what is built, outside any clone.</summary>
/// <remarks>
/// NuGet reads nothing but this feed and the packages that this machine has already, and unpacks ours into this folder,
/// so that no earlier package of the same version is used and none is left behind.
/// </remarks>
public sealed class PackageFolder : IDisposable
{
    private static readonly string[] Projects = ["Adr", "Adr.Interactive", "Adr.Cli"];

    public PackageFolder()
    {
        Root = Directory.CreateTempSubdirectory("adr packages ").FullName;
        Feed = Path.Combine(Root, "feed");
        File.WriteAllText(Path.Combine(Root, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <fallbackPackageFolders><clear /><add key="machine" value="{MachinesPackages}" /></fallbackPackageFolders>
              <packageSources><clear /><add key="ours" value="feed" /></packageSources>
            </configuration>
            """);
        Environment.SetEnvironmentVariable("ADR_PACKAGE_CACHE", Path.Combine(Root, "restored"));
        foreach (var project in Projects)
        {
            Dotnet(Path.Combine(Clone, "src", project), "pack", "--no-build", "-c", Configuration,
                $"-p:PackageVersion={Version}", "-o", Feed, "-nologo", "-v", "q");
        }
    }

    /// <summary>A version that is no other's, and not a preview, so that <c>#r "nuget: Adr"</c> chooses it.</summary>
    public string Version { get; } = $"0.0.{Environment.ProcessId}";

    /// <summary>The folder for everything.</summary>
    public string Root { get; }

    /// <summary>The folder of the packages.</summary>
    public string Feed { get; }

    /// <summary>The repository.</summary>
    public static string Clone => Repository.Root;

    /// <summary>Release or Debug, as these tests were built.</summary>
    public static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("ADR_PACKAGE_CACHE", null);
        Directory.Delete(Root, recursive: true);
    }

    private static string MachinesPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given ? given : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Makes a folder.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    /// <summary>Runs dotnet, which must succeed, and returns what it wrote.</summary>
    public string Dotnet(string folder, params string[] arguments)
    {
        var (code, output, errors) = Run("dotnet", arguments, folder);
        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)} ended with {code}:\n{output}{errors}");
        return output;
    }

    /// <summary>Runs a program with the packages of this folder.</summary>
    public (int Code, string Output, string Errors) Run(
        string program, string[] arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        foreach (var name in start.Environment.Keys.ToList()) // of the build that runs these tests
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        // .NET Interactive restores elsewhere and does not see our nuget.config; MSBuild reads the environment.
        start.Environment["RestoreFallbackFolders"] = MachinesPackages;
        start.Environment["NUGET_PACKAGES"] = Path.Combine(Root, "packages");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
