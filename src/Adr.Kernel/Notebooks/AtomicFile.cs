namespace Adr.Kernel.Notebooks;

/// <summary>Files that are whole or not there: written beside their place, then renamed into it.</summary>
public static class AtomicFile
{
    /// <summary>Replaces a file's content in one step; a reader sees the old content or the new, never half.</summary>
    /// <param name="path">The file; its folder is made where it does not exist.</param>
    /// <param name="content">The new content.</param>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var target = Path.GetFullPath(path);
        // Through a link, the file it points at is what is replaced.
        if (File.Exists(target) && File.ResolveLinkTarget(target, returnFinalTarget: true) is { } link) target = link.FullName;
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.tmp");
        try
        {
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                file.Write(content);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            File.Move(draft, target, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
