namespace Adr.Samples;

/// <summary>A temporary folder as the current directory: what a reader's own folder is.</summary>
internal sealed class Folder : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly string _path = Directory.CreateTempSubdirectory("adr-samples-").FullName;

    internal Folder() => Directory.SetCurrentDirectory(_path);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        Directory.Delete(_path, recursive: true);
    }
}
