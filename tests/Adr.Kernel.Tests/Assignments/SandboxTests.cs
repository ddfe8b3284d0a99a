using System.Net;
using System.Net.Sockets;
using Adr.Kernel.Assignments;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Assignments;

/// <summary>What a submission may not do, it cannot do, and it earns what it has earned nevertheless.</summary>
public static class SandboxTests
{
    private const string Done = """ "{\"type\":\"done\",\"Cell\":" + cell + ",\"Error\":null}" """;

    // Code that writes a message to every socket that the engine has open: that cells are done, or none that is known.
    private static string Sending(string message) => $$"""
        [System.Runtime.InteropServices.DllImport("libc")] static extern nint write(int to, byte[] bytes, nint count);
        foreach (var handle in new System.IO.DirectoryInfo("/proc/self/fd").GetFileSystemInfos())
        for (var cell = 1; cell < 40 && $"{handle.LinkTarget}".StartsWith("socket:"); cell++)
        {
            var json = System.Text.Encoding.UTF8.GetBytes({{message}});
            byte[] all = [.. System.BitConverter.GetBytes(json.Length), .. json];
            write(int.Parse(handle.Name), all, all.Length); // those of others refuse it
        }

        """;

    [SandboxFact]
    public static async Task A_hostile_submission_reaches_nothing_and_keeps_its_points()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var secret = Path.GetTempFileName();
        File.WriteAllText(secret, "grades");
        (string Id, string Hostile, string Message)[] attempts =
        [
            ("good", "return 1;", ""),
            ("files", $"return System.IO.File.Exists(\"{secret}\") ? 2 : 1;", ""),
            ("source", "return System.IO.Directory.GetFileSystemEntries(System.IO.Path.GetTempPath() + \"/..\")"
                + ".Length == 1 ? 1 : 2;", ""), // its own folder alone
            ("network", "try { new System.Net.Sockets.TcpClient().Connect(\"127.0.0.1\", " + port
                + "); return 2; } catch (System.Net.Sockets.SocketException) { return 1; }", ""),
            ("processes", "return System.Diagnostics.Process.GetProcesses().Length < 4 ? 1 : 2;", ""),
            ("libraries", "try { System.IO.File.AppendAllText(typeof(object).Assembly.Location, \"\"); return 2; } "
                + "catch (System.IO.IOException) { return 1; }", ""),
            ("disk", "try { System.IO.File.WriteAllBytes(\"big\", new byte[64 << 20]); return 2; } "
                + "catch (System.IO.IOException) { return 1; }", ""),
            ("memory", "while (true) { var p = System.Runtime.InteropServices.Marshal.AllocHGlobal(1 << 24); "
                + "for (var i = 0; i < 1 << 24; i += 4096) System.Runtime.InteropServices.Marshal.WriteByte(p, i, 1); "
                + "}", "It used more than the 900 MiB of memory"),
            ("forks", "for (var i = 0; i < 100; i++) System.Diagnostics.Process.Start(\"sleep\", \"60\"); "
                + "Task.Delay(-1).Wait(); return 1;", "It started more than the 12 processes"),
            ("parent", "System.Diagnostics.Process.GetProcessById(1).Kill(); Task.Delay(1000).Wait(); return 1;", ""),
            ("garbles", Sending("\"no message\"") + "return 2;", ""),
            ("prints", "Console.Write(new string('x', 2_000_000)); return 1;", ""),
            ("last", "return 1;", ""),
            // It says that later cells are done, too, and so has no points of theirs.
            ("forges", Sending(Done) + "return 2;", "It ended before its last line."),
            ("forged", "return 1;", "It ended before its last line."),
        ];
        using var sample = new SampleAssignment(attempts.Select(one => one.Id));
        var limits = new GradingLimits { Memory = 900, Processes = 12, Disk = 16, Cell = TimeSpan.FromSeconds(20) };
        var grader = new Grader(EngineCommand.Default, [], limits, isIsolated: true);

        var answers = attempts.Select(one => (one.Id, $"int {one.Id}() {{ {one.Hostile} }}"));
        var (graded, _) = await grader.GradeAsync(sample.Assignment, sample.Submit([.. answers]));

        listener.Stop();
        File.Delete(secret);
        Assert.True(graded.IsIsolated);
        Assert.Empty(graded.Remarks);
        Assert.All(attempts.Zip(graded.Cells), pair =>
        {
            Assert.Contains(pair.First.Message, pair.Second.Message);
            Assert.True(
                pair.Second.Verdict == (pair.First.Message.Length == 0 && pair.First.Id != "garbles"
                    ? Verdict.Passed : Verdict.Failed),
                $"{pair.Second}");
        });
    }
}

/// <summary>A test that needs bubblewrap; shown as skipped where it is missing or may not work.</summary>
internal sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute() => Skip = Sandbox.Missing!;
}
