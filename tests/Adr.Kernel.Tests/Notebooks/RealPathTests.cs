using Adr.Kernel.Notebooks;
using Adr.Testing;

namespace Adr.Kernel.Tests.Notebooks;

public sealed class RealPathTests : IDisposable
{
    private readonly string folder = RealPath.Of(Directory.CreateTempSubdirectory("adr-path-").FullName);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [UnixFact]
    public void Every_link_of_a_path_is_followed()
    {
        Directory.CreateDirectory(At("a", "b"));
        File.WriteAllText(At("a", "b", "file"), "");
        Directory.CreateSymbolicLink(At("to-a"), At("a"));
        Directory.CreateSymbolicLink(At("a", "to-b"), "b"); // relative
        File.CreateSymbolicLink(At("a", "b", "to-file"), "../to-b/file");
        File.CreateSymbolicLink(At("to-nothing"), At("to-a", "nothing"));
        Assert.Equal(At("a", "b", "file"), RealPath.Of(At("to-a", "to-b", "to-file")));
        Assert.Equal(At("a", "nothing"), RealPath.Of(At("to-nothing")));
        Assert.Equal(At("a", "new", "file"), RealPath.Of(At("to-a", "new", "file")));
        Assert.True(RealPath.AreSame(At("to-a", "b", "to-file"), At("a", "to-b", ".", "..", "b", "file")));
        Assert.False(RealPath.AreSame(At("a"), At("a", "b")));
    }

    [UnixFact]
    public void A_circle_of_links_is_told()
    {
        File.CreateSymbolicLink(At("one"), At("other"));
        File.CreateSymbolicLink(At("other"), At("one"));
        Assert.Contains("circle", Assert.Throws<IOException>(() => RealPath.Of(At("one"))).Message);
    }

    [Fact]
    public void Case_counts_where_the_system_counts_it() =>
        Assert.Equal(
            !OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS(), !RealPath.AreSame(At("File"), At("file")));

    [Fact]
    public void A_root_is_itself() => Assert.Equal(Path.GetPathRoot(folder), RealPath.Of(Path.GetPathRoot(folder)!));

    private string At(params string[] names) => Path.Combine([folder, .. names]);
}
