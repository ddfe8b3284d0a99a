namespace Adr.Data;

/// <summary>Where data sets lie: each has a folder of its own under the one that <c>ADR_DATA</c> names, else under this
/// user's.</summary>
internal static class DataFolder
{
    /// <summary>What to do with a file of data in another format (<see cref="FileKind"/>).</summary>
    internal const string OtherForm = "Unpack it, or fetch the binary version of the data.";

    /// <summary>What <c>ADR_DATA</c> names; null where it is not set.</summary>
    internal static string? Named =>
        Environment.GetEnvironmentVariable("ADR_DATA") is { Length: > 0 } data ? data : null;

    /// <summary>What is wrong with the folder that <c>ADR_DATA</c> names, a sentence; null where nothing is.</summary>
    internal static string? NamedProblem => Named is not { } data ? null
        : Obstacle(data) is { } what ? $"ADR_DATA names {data}, which {what}."
        : Directory.Exists(data) ? null
        : $"ADR_DATA names {data}, which does not exist or may not be entered.";

    /// <summary><c>$ADR_DATA/NAME</c>, or where that variable is not set <see cref="Cache"/>.</summary>
    internal static string Of(string name) => Named is { } data ? Path.Combine(data, name) : Cache(name);

    /// <summary>A folder of this user's that downloads go to: <c>adr/NAME</c> under the platform's local application
    /// data.</summary>
    internal static string Cache(string name) => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify), "adr", name);

    /// <summary>Opens a file of a data set.</summary>
    /// <exception cref="IOException">It cannot be opened; the message names it.</exception>
    internal static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (UnauthorizedAccessException closed)
        {
            throw new IOException(Directory.Exists(path)
                ? $"{path} is a folder; expected a file."
                : $"{path} may not be read: {closed.Message}", closed);
        }
    }

    /// <summary>The first of some folders that holds any of some files; null where none does.</summary>
    internal static string? WithAny(IEnumerable<string> folders, IReadOnlyList<string> files) =>
        folders.FirstOrDefault(folder => files.Any(file => File.Exists(Path.Combine(folder, file))));

    /// <summary>Those of some files and folders that are in any of some folders, by their paths.</summary>
    internal static IEnumerable<string> Existing(IEnumerable<string> folders, IReadOnlyList<string> names) =>
        from folder in folders
        from name in names
        let path = Path.Combine(folder, name)
        where Path.Exists(path)
        select path;

    /// <summary>Why nothing was found in a folder, as a sentence to begin a message with; "" where the folder can be
    /// looked into.</summary>
    internal static string WhyNothing(string folder)
    {
        if (Named is { } data && folder.StartsWith(data, StringComparison.Ordinal) && NamedProblem is { } problem)
            return problem + " ";
        return Obstacle(folder) is { } what ? $"{folder} {what}. "
            : Directory.Exists(folder) ? ""
            : $"{folder} does not exist or may not be entered. ";
    }

    /// <summary>Why what is there under a folder's name cannot be looked into, the end of a sentence; null where it can
    /// be, or where nothing is there.</summary>
    internal static string? Obstacle(string folder)
    {
        if (File.Exists(folder)) return "is a file and not a folder";
        if (!Directory.Exists(folder)) return null;
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(folder).GetEnumerator();
            entries.MoveNext();
            return null;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return $"cannot be looked into ({closed.Message.TrimEnd('.')})";
        }
    }
}
