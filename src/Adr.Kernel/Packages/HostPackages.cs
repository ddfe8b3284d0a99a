namespace Adr.Kernel.Packages;

/// <summary>Packages that a host of notebooks needs itself, restored as a notebook's <c>#r "nuget:"</c> is.</summary>
public static class HostPackages
{
    /// <summary>
    /// The folders with the native libraries of a package and its dependencies for this system. The package is
    /// restored once; after that, neither NuGet nor the network is needed.
    /// </summary>
    /// <param name="id">The name of the package.</param>
    /// <param name="version">Its version.</param>
    /// <param name="cancellationToken">Stops the restore.</param>
    /// <exception cref="InvalidOperationException">
    /// The package cannot be restored. The message holds NuGet's errors or says what to do.
    /// </exception>
    public static async Task<IReadOnlyList<string>> NativeFoldersAsync(
        string id, string version, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentException.ThrowIfNullOrEmpty(version);
        try
        {
            var restored = await new PackageRestorer(Environment.CurrentDirectory)
                .RestoreAsync([new PackageRequest(id, version)], [], cancellationToken).ConfigureAwait(false);
            return restored.Natives;
        }
        catch (PackageRestoreException problem)
        {
            throw new InvalidOperationException(problem.Message, problem);
        }
    }
}
