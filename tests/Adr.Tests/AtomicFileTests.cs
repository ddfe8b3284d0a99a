using System.Text;
using Adr.Testing;

namespace Adr.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adr-atomic").FullName;

    private string Target => Path.Combine(_folder, "out.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Law(MaxTest = 20)]
    public void TheLastContentIsTheOnlyThingInTheFolder(byte[] first, byte[] last)
    {
        AtomicFile.Write(Target, first);
        Assert.Equal(first, File.ReadAllBytes(Target));
        AtomicFile.Write(Target, last);
        Assert.Equal(last, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void MakesTheFolder()
    {
        var deep = Path.Combine(_folder, "a", "b", "out.json");
        AtomicFile.Write(deep, "new");
        Assert.Equal("new", File.ReadAllText(deep));
    }

    [Fact]
    public void AWriterThatFailsLeavesTheFileAsItWas()
    {
        AtomicFile.Write(Target, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(Target, stream =>
        {
            stream.Write("ne"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void AReaderSeesTheOldFileUntilTheNewOneIsWhole()
    {
        AtomicFile.Write(Target, "old");
        AtomicFile.Write(Target, stream =>
        {
            stream.Write("new"u8);
            Assert.Equal("old", File.ReadAllText(Target));
        });
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [UnixFact]
    public void KeepsTheModeOfTheFileThatItReplaces()
    {
        const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode All = OnlyMine | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.OtherRead;
        foreach (var mode in new[] { OnlyMine, All, UnixFileMode.UserRead })
        {
            AtomicFile.Write(Target, "old");
            SetMode(Target, mode);
            AtomicFile.Write(Target, _ => Assert.Equal(mode, Mode(Draft())));
            Assert.Equal(mode, Mode(Target));
        }
    }

    [UnixFact]
    public void ReplacesTheFileBehindALinkAndNotTheLink()
    {
        var (link, chain) = (Path.Combine(_folder, "link.json"), Path.Combine(_folder, "chain.json"));
        Directory.CreateDirectory(Path.Combine(_folder, "elsewhere"));
        var real = Path.Combine(_folder, "elsewhere", "real.json");
        File.CreateSymbolicLink(link, "elsewhere/real.json");
        File.CreateSymbolicLink(chain, link);
        AtomicFile.Write(chain, "made"); // the links point to nothing yet
        Assert.Equal("made", File.ReadAllText(real));
        AtomicFile.Write(link, "new");
        Assert.Equal("new", File.ReadAllText(real));
        Assert.Equal("elsewhere/real.json", new FileInfo(link).LinkTarget);
        Assert.Equal(link, new FileInfo(chain).LinkTarget);
    }

    [UnixFact]
    public void FollowsNoPlantedLink()
    {
        var victim = Path.Combine(_folder, "victim");
        File.WriteAllText(victim, "mine");
        string[] guessable = [$".out.json.{Environment.ProcessId}.tmp", "out.json.tmp", ".out.json.tmp"];
        foreach (var name in guessable) File.CreateSymbolicLink(Path.Combine(_folder, name), victim);
        var drafts = new HashSet<string>();
        for (var i = 0; i < 10; i++) AtomicFile.Write(Target, _ => drafts.Add(Draft()));
        Assert.Equal(10, drafts.Count); // no name comes again, so none can be planted
        Assert.Equal("mine", File.ReadAllText(victim));
        Assert.All(guessable, name => Assert.Equal(victim, new FileInfo(Path.Combine(_folder, name)).LinkTarget));
    }

    [Fact]
    public void TheNextWriteRemovesWhatAKilledWriterLeft()
    {
        var orphan = Path.Combine(_folder, $".adr-{Guid.NewGuid():N}.tmp");
        string[] others = [.. new[] { ".adr-notes.tmp", "out.json.tmp", ".tmp" }.Select(n => Path.Combine(_folder, n))];
        foreach (var file in others.Append(orphan)) File.WriteAllText(file, "half a fi");
        AtomicFile.Write(Target, "new");
        Assert.Equal(others.Append(Target).Order(), Directory.GetFileSystemEntries(_folder).Order());
    }

    [Fact]
    public void ADraftThatIsBeingWrittenIsNoOrphan()
    {
        AtomicFile.Write(Target, outer =>
        {
            AtomicFile.Write(Path.Combine(_folder, "other.json"), "other");
            AtomicFile.RemoveOrphans(_folder);
            outer.Write("new"u8);
        });
        Assert.Equal("new", File.ReadAllText(Target));
        AtomicFile.RemoveOrphans(Path.Combine(_folder, "missing"));
    }

    [UnixFact]
    public void ALinkThatIsNamedLikeADraftStaysAndSoDoesItsFile()
    {
        var victim = Path.Combine(_folder, "victim");
        var link = Path.Combine(_folder, $".adr-{Guid.NewGuid():N}.tmp");
        File.WriteAllText(victim, "mine");
        File.CreateSymbolicLink(link, victim);
        AtomicFile.Write(Target, "new");
        Assert.Equal("mine", File.ReadAllText(victim));
    }

    [Fact]
    public void ManyWritersInOneFolderLoseNothing()
    {
        Parallel.For(0, 64, i => AtomicFile.Write(Path.Combine(_folder, $"{i % 8}.txt"), new string('x', 1000)));
        Assert.Equal(8, Directory.GetFileSystemEntries(_folder).Length);
        Assert.All(Directory.GetFiles(_folder), file => Assert.Equal(1000, new FileInfo(file).Length));
    }

    [Fact]
    public void AFolderIsNoFile()
    {
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(_folder, "new"));
        Assert.Equal($"{_folder} cannot be written: it is a folder.", error.Message);
    }

    [UnixFact]
    public void ADeviceIsWrittenToAndStaysOne()
    {
        AtomicFile.Write("/dev/null", "new");
        Assert.Equal("", File.ReadAllText("/dev/null"));
        if (!File.Exists("/dev/full")) return; // Linux alone has it
        var error = Assert.Throws<IOException>(() => AtomicFile.Write("/dev/full", "new"));
        Assert.Equal("/dev/full cannot be written: the disk is full.", error.Message);
    }

    [UnixFact]
    public void AFolderThatMayNotBeWrittenToIsNamed()
    {
        if (Environment.IsPrivilegedProcess) return; // root may write anywhere
        AtomicFile.Write(Target, "old");
        SetMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(Target, "new"));
        SetMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Assert.Equal(
            $"{Target} cannot be written: its folder, {_folder}, may not be written to.", error.Message);
        Assert.Equal("old", File.ReadAllText(Target));
    }

    [Fact]
    public void TextIsUtf8WithoutAMark()
    {
        AtomicFile.Write(Target, "ε ≤ 8/255");
        Assert.Equal(Encoding.UTF8.GetBytes("ε ≤ 8/255"), File.ReadAllBytes(Target));
    }

    private string Draft() => Assert.Single(Directory.GetFiles(_folder, ".adr-*"));

    private static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }
}
