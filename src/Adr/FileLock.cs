namespace Adr;

/// <summary>Keeps a second process from the same files. The system releases a lock when its process ends, however it
/// ends, so a file that a killed process left locks nothing.</summary>
internal static class FileLock
{
    /// <summary>Takes a lock until it is disposed.</summary>
    /// <param name="path">The lock's own file. Its folder is created where it is missing.</param>
    /// <param name="busy">The message where another process has the lock.</param>
    /// <param name="isKept">Whether the file stays after the lock is released.</param>
    /// <exception cref="IOException">Another process has it, or the file cannot be made.</exception>
    internal static IDisposable Take(string path, string busy, bool isKept)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1,
                isKept ? FileOptions.None : FileOptions.DeleteOnClose);
        }
        catch (IOException held) when (AtomicFile.IsHeld(held))
        {
            throw new IOException(busy, held);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{path} cannot be made: its folder may not be written to.", denied);
        }
    }
}
