using Adr.Tests.Data;

namespace Adr.Tests;

public static class FileLockTests
{
    [Theory, InlineData(true), InlineData(false)]
    public static void One_has_it_at_a_time_and_a_file_that_a_killed_process_left_locks_nothing(bool isKept)
    {
        using var folder = new TemporaryFolder();
        var path = folder["deep/a.lock"];
        using (FileLock.Take(path, "busy", isKept))
            Assert.Equal("busy", Assert.Throws<IOException>(() => FileLock.Take(path, "busy", isKept)).Message);
        Assert.Equal(isKept, File.Exists(path));
        File.WriteAllText(path, "");
        FileLock.Take(path, "busy", isKept).Dispose();
    }

    [Fact]
    public static void Another_reason_is_not_taken_for_a_lock()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Assert.DoesNotContain("busy", Assert.ThrowsAny<IOException>(
            () => FileLock.Take(folder["file/a.lock"], "busy", isKept: true)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder["a.lock"]);
        Assert.DoesNotContain("busy", Assert.ThrowsAny<IOException>(
            () => FileLock.Take(folder["a.lock"], "busy", isKept: true)).Message, StringComparison.Ordinal);
    }
}
