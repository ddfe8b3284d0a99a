using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Packages;

/// <summary>Restores packages with <c>dotnet</c>, and remembers what was restored.</summary>
/// <remarks>
/// The same packages from the same feeds are restored only once. A notebook that runs again needs neither NuGet nor the
/// network, and a package without a version keeps the version it got first. Deleting the folder of the cache starts
/// anew.
/// </remarks>
/// <param name="notebookFolder">
/// The folder from which NuGet's configuration files are searched upwards, and to which relative feeds are relative.
/// </param>
internal sealed class PackageRestorer(string notebookFolder)
{
    private static readonly string[] Arguments =
    [
        "-restore", "-nologo", "-nodeReuse:false", "-t:ResolvePackageAssets", "-getItem:RuntimeCopyLocalItems",
        "-getItem:NativeCopyLocalItems",
    ];

    private readonly string cache = Path.GetFullPath(CacheFolder());

    /// <summary>Restores packages together, so that they agree on their dependencies.</summary>
    /// <exception cref="PackageRestoreException">A package cannot be restored.</exception>
    internal async Task<RestoredPackages> RestoreAsync(
        IReadOnlyList<PackageRequest> packages, IReadOnlyList<string> sources, CancellationToken cancellationToken)
    {
        var feeds = sources.Select(Feed).ToList();
        // The feeds that the folder configures are not part of the key: a package is the same in all of them.
        var request = Encoding.UTF8.GetBytes(Project(packages, feeds, configuration: null));
        var folder = Path.Combine(cache, Convert.ToHexStringLower(SHA256.HashData(request))[..16]);
        var known = Path.Combine(folder, "restored.json");
        if (RestoredPackages.Load(known) is { } earlier) return earlier;

        Directory.CreateDirectory(folder);
        // A folder of its own, because another notebook may restore the same packages now.
        var work = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var project = Path.Combine(work, "notebook.proj");
            var text = Project(packages, feeds, notebookFolder);
            await File.WriteAllTextAsync(project, text, cancellationToken).ConfigureAwait(false);
            var items = await MSBuildAsync(project, packages, cancellationToken).ConfigureAwait(false);
            var restored = Read(items, Path.Combine(work, "obj", "project.assets.json"));
            AtomicFile.Write(known, restored.ToJson());
            return restored;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("ADR_PACKAGE_CACHE") is { Length: > 0 } given) return given;
        var data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return Path.Combine(data, "adr-notebooks", "packages");
    }

    private string Feed(string source) =>
        source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source, notebookFolder);

    /// <summary>The project whose restore brings the packages.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="feeds">Feeds in addition to the configured ones.</param>
    /// <param name="configuration">The folder from which NuGet's configuration files are searched upwards.</param>
    private static string Project(
        IEnumerable<PackageRequest> packages, IEnumerable<string> feeds, string? configuration)
    {
        var settings = new XElement("PropertyGroup",
            new XElement("TargetFramework", $"net{Environment.Version.ToString(2)}"),
            new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier), // selects the native libraries
            new XElement("SelfContained", false), new XElement("UseAppHost", false),
            new XElement("NuGetAudit", false), // It would need the network even if every package is cached.
            new XElement("RestoreAdditionalProjectSources", string.Join(';', feeds)));
        if (configuration is not null) settings.Add(new XElement("RestoreRootConfigDirectory", configuration));
        // These come before the SDK, so that no project file above the cache changes what is restored.
        string[] imports = ["ImportDirectoryBuildProps", "ImportDirectoryBuildTargets", "ImportDirectoryPackagesProps"];
        return new XElement("Project",
            new XElement("PropertyGroup", imports.Select(name => new XElement(name, false))),
            Sdk("props"),
            settings,
            new XElement("ItemGroup", packages.Select(package => new XElement("PackageReference",
                new XAttribute("Include", package.Id), new XAttribute("Version", package.Version)))),
            Sdk("targets")).ToString();

        static XElement Sdk(string kind) => new("Import",
            new XAttribute("Project", $"Sdk.{kind}"), new XAttribute("Sdk", "Microsoft.NET.Sdk"));
    }

    private static async Task<string> MSBuildAsync(
        string project, IEnumerable<PackageRequest> packages, CancellationToken cancellationToken)
    {
        var names = string.Join("; ", packages);
        using var process = Start(project, names);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            var items = await output.ConfigureAwait(false);
            if (process.ExitCode == 0) return items;
            var reason = Errors(await errors.ConfigureAwait(false) + "\n" + items);
            throw new PackageRestoreException($"{names} could not be restored:\n{reason}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string project, string names)
    {
        var start = new ProcessStartInfo(EngineCommand.DotnetPath(), ["msbuild", project, .. Arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(project)!,
        };
        // If a build started this process, its settings must not reach this build.
        foreach (var name in start.Environment.Keys.ToList())
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new PackageRestoreException(
                $"{names}: packages are restored by the 'dotnet' of the .NET SDK, which did not start: " +
                $"{error.Message}. Install the SDK, or reference .dll files: #r \"path/Name.dll\".");
        }
    }

    /// <summary>The errors of NuGet and MSBuild, without the name of the project, which is generated.</summary>
    private static string Errors(string output)
    {
        var lines = output.Split('\n')
            .Select(line => (Text: line.Trim(), At: line.Trim().IndexOf("error ", StringComparison.Ordinal)))
            .Where(line => line.At >= 0).Select(line => line.Text[line.At..]).Distinct().ToList();
        return lines.Count > 0 ? string.Join('\n', lines) : output.Trim();
    }

    private static RestoredPackages Read(string items, string assetsFile)
    {
        var resolved = JsonNode.Parse(items)!["Items"]!;
        var assets = JsonNode.Parse(File.ReadAllText(assetsFile))!;
        var folders = assets["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var packages = assets["libraries"]!.AsObject()
            .Where(library => (string?)library.Value!["type"] == "package")
            .Select(library => (Name: library.Key.Split('/'), Path: (string)library.Value!["path"]!)).ToList();
        string? ExtensionOf(string path) => folders
            .Select(folder => Path.Combine(folder, path, "interactive-extensions", "dotnet"))
            .FirstOrDefault(Directory.Exists);
        return new RestoredPackages(
            [.. Paths(resolved["RuntimeCopyLocalItems"])],
            [.. Paths(resolved["NativeCopyLocalItems"]).Select(path => Path.GetDirectoryName(path)!).Distinct()],
            packages.ToDictionary(
                package => package.Name[0], package => package.Name[1], StringComparer.OrdinalIgnoreCase),
            packages.Select(package => (Name: package.Name[0], Extension: ExtensionOf(package.Path)))
                .Where(package => package.Extension is not null)
                .ToDictionary(package => package.Name, package => package.Extension!));
    }

    private static IEnumerable<string> Paths(JsonNode? items) =>
        items?.AsArray().Select(item => (string)item!["FullPath"]!) ?? [];
}

/// <summary>What a restore found.</summary>
/// <param name="Assemblies">The paths of all managed assemblies, including those of dependencies.</param>
/// <param name="Natives">The folders with native libraries.</param>
/// <param name="Versions">The chosen version of every package, by name.</param>
/// <param name="Extensions">The folder of the extension of every package that has one, by the package's name.</param>
internal sealed record RestoredPackages(
    IReadOnlyList<string> Assemblies,
    IReadOnlyList<string> Natives,
    IReadOnlyDictionary<string, string> Versions,
    IReadOnlyDictionary<string, string> Extensions)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, AllowDuplicateProperties = false, RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Loads an earlier restore; null if there is none or its files no longer exist.</summary>
    internal static RestoredPackages? Load(string file)
    {
        if (!File.Exists(file)) return null;
        try
        {
            var restored = JsonSerializer.Deserialize<RestoredPackages>(File.ReadAllText(file), Format);
            var isThere = restored is not null
                && restored.Assemblies.All(File.Exists) && restored.Natives.All(Directory.Exists)
                && restored.Extensions.Values.All(Directory.Exists);
            return isThere ? restored : null;
        }
        catch (JsonException)
        {
            return null; // The file is damaged and will be written again.
        }
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Format);
}

/// <summary>Packages could not be restored. The message holds NuGet's errors or says what to do.</summary>
internal sealed class PackageRestoreException(string message) : Exception(message);
