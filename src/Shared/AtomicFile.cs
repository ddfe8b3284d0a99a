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
    // HResults of exceptions
    private const int DiskFullOnUnix = 28, DiskFullOnWindows = unchecked((int)0x80070070);
    private const int HeldOnLinux = 11, HeldOnMacOS = 35, HeldOnWindows = unchecked((int)0x80070020);

    // A shared lock, which keeps out who asks for all of the file, but no reader who opens it just after it has its
    // name.
    private const FileShare Held = FileShare.Read | FileShare.Delete;

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
    internal static void Write(string path, Action<Stream> write) => At(path, (target, folder) =>
    {
        if (folder is not null)
        {
            Replace(target, folder, write);
            return;
        }
        using var device = new FileStream(target, FileMode.Open, FileAccess.Write);
        write(device);
    });

    /// <summary>Throws where a file could not be written: before long work whose result it shall hold.</summary>
    /// <param name="path">The file. It stays as it is; its folder is created where it is missing.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    internal static void Check(string path) => At(path, (_, folder) =>
    {
        if (folder is null) return;
        using var draft = new FileStream(NewDraft(folder), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1,
            FileOptions.DeleteOnClose);
    });

    private static string NewDraft(string folder) => Path.Combine(folder, $".adr-{Guid.NewGuid():N}.tmp");

    // Acts on the file behind a path and its folder, which is null for a device.
    private static void At(string path, Action<string, string?> act)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var target = Path.GetFullPath(path);
        try
        {
            if (IsDevice(target))
            {
                act(target, null);
                return;
            }
            if (new FileInfo(target).LinkTarget is not null)
                target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
            if (Directory.Exists(target)) throw new IOException("it is a folder.");
            var folder = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(folder);
            RemoveOrphans(folder);
            act(target, folder);
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

    /// <summary>Whether a file could not be opened because another process, or another part of this one, holds
    /// it.</summary>
    internal static bool IsHeld(IOException error) => error.HResult == HeldOnWindows
        || error.HResult == (OperatingSystem.IsMacOS() ? HeldOnMacOS : HeldOnLinux);

    private static void Replace(string target, string folder, Action<Stream> write)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = Held, BufferSize = 0,
        };
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : null;
        // what only its owner may read is never open to others, not even as a draft
        if (mode is { } kept && !OperatingSystem.IsWindows()) options.UnixCreateMode = kept;
        for (var attempt = 1; !Replaced(target, folder, options, mode, write); attempt++)
            if (attempt == 10) throw new IOException($"drafts vanish from {folder}.");
    }

    // False where another process took the draft for an orphan: in the moment before it was locked, or at any time
    // where the file system has no locks.
    private static bool Replaced(
        string target, string folder, FileStreamOptions options, UnixFileMode? mode, Action<Stream> write)
    {
        var draft = NewDraft(folder);
        using var file = Create(draft, options);
        if (file is null) return false;
        try
        {
            if (mode is { } kept && !OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, kept);
            write(file);
            file.Flush(flushToDisk: true);
            if (!File.Exists(draft)) return false;
            File.Move(draft, target, overwrite: true); // held until it has its name
            return true;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static FileStream? Create(string draft, FileStreamOptions options)
    {
        try
        {
            return new FileStream(draft, options);
        }
        catch (IOException held) when (IsHeld(held))
        {
            return null;
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
