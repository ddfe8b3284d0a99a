namespace Adr.Kernel.Notebooks;

/// <summary>Finds the file that a path leads to, so that two paths can be compared.</summary>
public static class RealPath
{
    private const int MostLinks = 40; // as many as Linux follows; more of them are a circle

    // The file systems of Windows and macOS take names for the same whose letters differ only in case.
    private static readonly StringComparison Comparison =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;

    /// <summary>The full path after every link in it was followed. The file does not have to exist.</summary>
    /// <exception cref="IOException">The links of the path lead in a circle.</exception>
    public static string Of(string path)
    {
        var (real, links) = (Path.GetFullPath(path), 0);
        var root = Path.GetPathRoot(real)!;
        var (done, rest) = (root, Names(real[root.Length..]));
        while (rest.TryDequeue(out var name))
        {
            var next = Path.Combine(done, name);
            if (LinkTarget(next) is not { } target)
            {
                done = next;
                continue;
            }
            if (++links > MostLinks) throw new IOException($"The links of {path} lead in a circle.");
            var followed = Path.GetFullPath(target, done);
            done = Path.GetPathRoot(followed)!;
            rest = new Queue<string>(Names(followed[done.Length..]).Concat(rest));
        }
        return done;
    }

    /// <summary>Whether two paths lead to the same file.</summary>
    /// <exception cref="IOException">The links of a path lead in a circle.</exception>
    public static bool AreSame(string one, string other) => Of(one).Equals(Of(other), Comparison);

    private static Queue<string> Names(string path) => new(path.Split(
        [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Where a link leads; null if the path is not a link, or may not be looked at.</summary>
    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (UnauthorizedAccessException)
        {
            return null; // Who may not look at the file cannot overwrite it either.
        }
    }
}
