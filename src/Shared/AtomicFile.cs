using System.Text;
using System.Text.RegularExpressions;

namespace Adr;

/// <summary>Replaces files in one step, so that a reader, or the next run after a kill, sees the old content or the new
/// one and nothing between.</summary>
/// <remarks>
/// The content goes to a draft in the same folder, which is flushed to the disk and then renamed. A draft's name is
/// random and it is created exclusively, so that nobody can plant a link for it to follow. Its writer holds it locked
/// until it is renamed; a draft that nobody holds is of a process that was killed, and the next write in the folder
/// removes it.
/// </remarks>
internal static partial class AtomicFile
{
    private const int DiskFullOnUnix = 28, DiskFullOnWindows = unchecked((int)0x80070070); // HResults

    // Renaming a file that is held open needs FileShare.Delete on Windows. On Unix only FileShare.None always locks.
    private static readonly FileShare Held = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>Replaces a file's content with a text in UTF-8.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    internal static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Replaces a file's content.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    internal static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <summary>Replaces a file's content. The new file has the mode of the old one; where the path is a link, the file
    /// behind it is replaced. A device or a pipe is written to as it is.</summary>
    /// <param name="path">The file. Its folder is created where it is missing.</param>
    /// <param name="write">Writes the content, from its beginning to its end.</param>
    /// <exception cref="IOException">The file cannot be written; it is as it was. The message says why.</exception>
    internal static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var target = Path.GetFullPath(path);
        try
        {
            if (IsDevice(target))
            {
                using var device = new FileStream(target, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }
            if (new FileInfo(target).LinkTarget is not null)
                target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
            if (Directory.Exists(target)) throw new IOException("it is a folder.");
            var folder = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(folder);
            RemoveOrphans(folder);
            Replace(target, folder, write);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {Reason(error, target)}", error);
        }
    }

    /// <summary>Removes the drafts in a folder whose writers were killed; those that are being written stay.</summary>
    /// <param name="folder">The folder; one that does not exist holds none.</param>
    internal static void RemoveOrphans(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var draft in Directory.EnumerateFiles(folder, ".adr-*.tmp"))
        {
            if (!DraftName.IsMatch(Path.GetFileName(draft)) || new FileInfo(draft).LinkTarget is not null) continue;
            try
            {
                using var orphan = new FileStream(
                    draft, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (Exception held) when (held is IOException or UnauthorizedAccessException)
            {
                // its writer lives and holds it, or has just renamed it, or it is another user's
            }
        }
    }

    [GeneratedRegex(@"\A\.adr-[0-9a-f]{32}\.tmp\z")]
    private static partial Regex DraftName { get; }

    private static void Replace(string target, string folder, Action<Stream> write)
    {
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : null;
        using var draft = Create(folder, mode);
        try
        {
            if (mode is { } kept && !OperatingSystem.IsWindows()) File.SetUnixFileMode(draft.SafeFileHandle, kept);
            write(draft);
            draft.Flush(flushToDisk: true);
            File.Move(draft.Name, target, overwrite: true); // held until it has its name
        }
        catch
        {
            File.Delete(draft.Name);
            throw;
        }
    }

    private static FileStream Create(string folder, UnixFileMode? mode)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = Held, BufferSize = 0,
        };
        // what only its owner may read is never open to others, not even as a draft
        if (mode is { } kept && !OperatingSystem.IsWindows()) options.UnixCreateMode = kept;
        for (var attempt = 1; ; attempt++)
        {
            var path = Path.Combine(folder, $".adr-{Guid.NewGuid():N}.tmp");
            try
            {
                var draft = new FileStream(path, options);
                if (File.Exists(path)) return draft;
                draft.Dispose(); // another process took it for an orphan in the moment before it was locked
            }
            catch (IOException) when (attempt < 10 && File.Exists(path))
            {
                // another process takes it for an orphan and has locked it first
            }
        }
    }

    // To replace a device by a file would take it from the whole system. /dev/fd and /proc also hold a shell's pipes.
    private static bool IsDevice(string target) =>
        !OperatingSystem.IsWindows() && File.Exists(target)
        && (Path.GetDirectoryName(target) is "/dev" or "/dev/fd"
            || target.StartsWith("/proc/", StringComparison.Ordinal));

    // System.IO's own messages name the draft, of which the user knows nothing
    private static string Reason(Exception error, string target) => error switch
    {
        { HResult: DiskFullOnUnix or DiskFullOnWindows } => "the disk is full.",
        UnauthorizedAccessException => $"its folder, {Path.GetDirectoryName(target)}, may not be written to.",
        _ => error.Message,
    };
}
