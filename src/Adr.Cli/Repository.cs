namespace Adr.Cli;

/// <summary>The folder that this build belongs to: where <c>./adr</c>, the notebooks and the artifacts lie.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>Adr.Notebooks.sln</c>, found upwards from the running assembly.</summary>
    /// <exception cref="UsageException">The command does not run from inside a clone.</exception>
    public static string Root => field ??= Find(AppContext.BaseDirectory); // at its first use, so that the message is not buried in a type initialiser's

    /// <summary><paramref name="parts"/> below <c>artifacts/</c>.</summary>
    public static string Artifact(params string[] parts) => Path.Combine([Root, "artifacts", .. parts]);

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Adr.Notebooks.sln"))) return folder.FullName;
        }

        throw new UsageException($"Expected to run from a clone of the repository, but no folder above {from} holds Adr.Notebooks.sln. Clone it and use ./adr.");
    }
}
