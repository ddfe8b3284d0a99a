using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace Adr.Kernel.Packages;

/// <summary>The project whose restore brings a notebook's packages.</summary>
internal static class PackageProject
{
    /// <summary>The project's text.</summary>
    /// <param name="packages">What cells ask for.</param>
    /// <param name="sources">Feeds beside the configured ones: addresses or folders.</param>
    /// <param name="configuration">Where NuGet's configuration files are looked for, from there upwards; null: from the project's folder.</param>
    internal static string Write(IEnumerable<PackageRequest> packages, IEnumerable<string> sources, string? configuration)
    {
        var restore = new XElement("PropertyGroup",
            new XElement("TargetFramework", $"net{Environment.Version.ToString(2)}"),
            new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier), // native libraries are chosen by it
            new XElement("SelfContained", false), new XElement("UseAppHost", false),
            new XElement("NuGetAudit", false), // asks the network even where every package is there
            new XElement("RestoreAdditionalProjectSources", string.Join(';', sources)));
        if (configuration is not null) restore.Add(new XElement("RestoreRootConfigDirectory", configuration));
        return new XElement("Project",
            // Before the SDK's own: no project file above the cache may change what is restored.
            new XElement("PropertyGroup", new[] { "ImportDirectoryBuildProps", "ImportDirectoryBuildTargets", "ImportDirectoryPackagesProps" }.Select(name => new XElement(name, false))),
            Sdk("props"),
            restore,
            new XElement("ItemGroup", packages.Select(package => new XElement("PackageReference", new XAttribute("Include", package.Id), new XAttribute("Version", package.Version)))),
            Sdk("targets")).ToString();
    }

    private static XElement Sdk(string kind) => new("Import", new XAttribute("Project", $"Sdk.{kind}"), new XAttribute("Sdk", "Microsoft.NET.Sdk"));
}
