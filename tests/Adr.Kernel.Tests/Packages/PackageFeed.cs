using System.IO.Compression;
using System.Runtime.CompilerServices;
using Adr.Kernel.Tests.InteractiveApi;

namespace Adr.Kernel.Tests.Packages;

/// <summary>
/// A feed in a folder with the packages <c>Testing.Outer</c> 1.0.0 and 2.0.0, which need <c>Testing.Inner</c>, and
/// nothing of the network.
/// </summary>
internal static class PackageFeed
{
    /// <summary>No test finds what an earlier run of the tests restored.</summary>
    [ModuleInitializer]
    internal static void UseOwnCache() =>
        Environment.SetEnvironmentVariable(
            "ADR_PACKAGE_CACHE", Directory.CreateTempSubdirectory("adr-package-cache-").FullName);

    /// <summary>
    /// Makes the feed, and the configuration by which only it and a package folder beside it are used.
    /// </summary>
    internal static void Write(string folder)
    {
        var libraries = Path.Combine(folder, "libraries");
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        TestAssemblies.Compile(libraries);
        Pack(feed, "Testing.Inner", "1.0.0", Path.Combine(libraries, "Inner.dll"));
        foreach (var version in new[] { "1.0.0", "2.0.0" })
            Pack(
                feed, "Testing.Outer", version, Path.Combine(libraries, "Outer.dll"),
                "<dependency id=\"Testing.Inner\" version=\"1.0.0\" />");
        Configure(folder);
    }

    internal static void Configure(string folder, string source = "")
    {
        var configuration = $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear />{source}</packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """;
        File.WriteAllText(Path.Combine(folder, "nuget.config"), configuration);
    }

    internal static void Pack(
        string feed, string id, string version, string assembly, string dependencies = "",
        string? extension = null, params (string Path, string Text)[] files)
    {
        using var package = ZipFile.Open(Path.Combine(feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        package.CreateEntryFromFile(assembly, $"lib/net8.0/{Path.GetFileName(assembly)}");
        if (extension is not null)
            package.CreateEntryFromFile(extension, $"interactive-extensions/dotnet/{Path.GetFileName(extension)}");
        foreach (var (path, text) in files.Append(($"{id}.nuspec", $"""
            <package><metadata><id>{id}</id><version>{version}</version>
            <authors>tests</authors><description>For tests.</description>
            <dependencies><group targetFramework="net8.0">{dependencies}</group></dependencies></metadata></package>
            """)))
        {
            using var entry = new StreamWriter(package.CreateEntry(path).Open());
            entry.Write(text);
        }
    }
}
