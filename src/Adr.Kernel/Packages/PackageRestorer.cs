using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Packages;

/// <summary>Brings packages by <c>dotnet</c>'s own restore, and remembers what it brought.</summary>
/// <remarks>
/// The same packages from the same feeds are restored once: a notebook that runs again asks neither NuGet nor the network, and
/// a package named without a version stays the one it was first. Deleting the cache's folder starts anew.
/// </remarks>
/// <param name="notebookFolder">Where NuGet's configuration files are looked for, from there upwards, and what relative feeds are relative to.</param>
internal sealed class PackageRestorer(string notebookFolder)
{
    // The environment's ADR_PACKAGE_CACHE, or the user's.
    private readonly string cache = Path.GetFullPath(Environment.GetEnvironmentVariable("ADR_PACKAGE_CACHE") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "adr-notebooks", "packages"));

    /// <summary>Restores packages together, so that their dependencies agree.</summary>
    /// <exception cref="PackageRestoreException">One cannot be had.</exception>
    internal async Task<RestoredPackages> RestoreAsync(IReadOnlyList<PackageRequest> packages, IReadOnlyList<string> sources, CancellationToken cancellationToken)
    {
        var feeds = sources.Select(Feed).ToList();
        // Which feeds a notebook's folder configures is no part of the key: a package is the same from any of them.
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PackageProject.Write(packages, feeds, null))))[..16];
        var folder = Path.Combine(cache, key);
        var known = Path.Combine(folder, "restored.json");
        if (RestoredPackages.Load(known) is { } before) return before;

        Directory.CreateDirectory(folder);
        // A folder of its own, so that two notebooks at once do not write one file.
        var work = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var project = Path.Combine(work, "notebook.proj");
            await File.WriteAllTextAsync(project, PackageProject.Write(packages, feeds, notebookFolder), cancellationToken).ConfigureAwait(false);
            var said = await MSBuildAsync(project, packages, cancellationToken).ConfigureAwait(false);
            var found = Read(said, Path.Combine(work, "obj", "project.assets.json"));
            AtomicFile.Write(known, found.ToJson());
            return found;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private string Feed(string source) => source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source, notebookFolder);

    private static async Task<string> MSBuildAsync(string project, IEnumerable<PackageRequest> packages, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(EngineCommand.DotnetPath())
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(project)!,
        };
        foreach (var argument in new[] { "msbuild", project, "-restore", "-nologo", "-nodeReuse:false", "-t:ResolvePackageAssets", "-getItem:RuntimeCopyLocalItems", "-getItem:NativeCopyLocalItems" })
            start.ArgumentList.Add(argument);
        // A build that started this process has settings that are not for this one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new PackageRestoreException($"{Names(packages)}: packages are restored by the .NET SDK's 'dotnet', which did not start: {error.Message}. Install the SDK, or reference .dll files: #r \"path/Name.dll\".");
        }
        using (process)
        {
            process.StandardInput.Close();
            try
            {
                var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                var said = await output.ConfigureAwait(false);
                if (process.ExitCode == 0) return said;
                throw new PackageRestoreException($"{Names(packages)} could not be restored:\n{Errors(await errors.ConfigureAwait(false) + "\n" + said)}");
            }
            finally
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Names(IEnumerable<PackageRequest> packages) => string.Join("; ", packages);

    /// <summary>What NuGet and MSBuild call errors, without the project, which is nobody's.</summary>
    private static string Errors(string said)
    {
        var lines = said.Split('\n').Select(line => line.Trim()).Where(line => line.Contains("error ", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf("error ", StringComparison.Ordinal)..]).Distinct().ToList();
        return lines.Count > 0 ? string.Join('\n', lines) : said.Trim();
    }

    private static RestoredPackages Read(string items, string assets)
    {
        var resolved = JsonNode.Parse(items)!["Items"]!;
        var found = JsonNode.Parse(File.ReadAllText(assets))!;
        var folders = found["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var libraries = found["libraries"]!.AsObject().Where(library => (string?)library.Value!["type"] == "package").ToList();
        return new RestoredPackages(
            [.. Paths(resolved["RuntimeCopyLocalItems"])],
            [.. Paths(resolved["NativeCopyLocalItems"]).Select(path => Path.GetDirectoryName(path)!).Distinct()],
            libraries.ToDictionary(library => library.Key.Split('/')[0], library => library.Key.Split('/')[1], StringComparer.OrdinalIgnoreCase),
            [.. libraries.Where(library => folders.Any(folder => Directory.Exists(Path.Combine(folder, (string)library.Value!["path"]!, "interactive-extensions", "dotnet")))).Select(library => library.Key.Split('/')[0])]);
    }

    private static IEnumerable<string> Paths(JsonNode? items) => items?.AsArray().Select(item => (string)item!["FullPath"]!) ?? [];
}
