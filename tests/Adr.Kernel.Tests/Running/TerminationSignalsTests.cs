using Adr.Kernel.Running;
using Adr.Testing;

namespace Adr.Kernel.Tests.Running;

public class TerminationSignalsTests
{
    [UnixFact]
    public async Task TheFirstSignalCancelsAndDoesNotEndTheProcess()
    {
        using var signals = new TerminationSignals();
        var told = new TaskCompletionSource();
        using var registration = signals.Token.Register(told.SetResult);
        UnixSignal.Terminate(Environment.ProcessId);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(signals.Token.IsCancellationRequested);
    }
}
