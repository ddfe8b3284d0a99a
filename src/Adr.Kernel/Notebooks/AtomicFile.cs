namespace Adr.Kernel.Notebooks;

/// <summary>Writes files in one step: beside their place first, and then renamed.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Replaces the content of a file. A reader sees either the old content or the new one.
    /// </summary>
    /// <param name="path">The file. Its folder is created if it does not exist.</param>
    /// <param name="content">The new content.</param>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var target = Path.GetFullPath(path);
        // The file behind a link is replaced, and not the link.
        if (File.Exists(target) && File.ResolveLinkTarget(target, returnFinalTarget: true) is { } link)
            target = link.FullName;
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.tmp");
        try
        {
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                file.Write(content);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            File.Move(draft, target, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
