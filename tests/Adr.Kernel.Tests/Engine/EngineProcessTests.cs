using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

public class EngineProcessTests
{
    [Fact]
    public void APathTooLongForASocketIsAClearError()
    {
        var error = Assert.Throws<EngineStartException>(() => EngineProcess.EndPoint("/tmp/" + new string('x', 200)));
        Assert.Contains("205 characters", error.Message);
        Assert.Contains("TMPDIR", error.Message);
    }

    [Fact]
    public async Task AChildThatHoldsStderrDoesNotHoldTheStart()
    {
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<EngineStartException>(() => EngineProcess.StartAsync(
            new EngineCommand("sh", ["-c", "echo cannot >&2; sleep 60 & exit 9"]), Path.GetTempPath(), [],
            TimeSpan.FromSeconds(100), default));
        Assert.Contains("exit code 9", error.Message);
        Assert.Contains("cannot", error.Message);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(40), $"took {clock.Elapsed}");
    }
}
