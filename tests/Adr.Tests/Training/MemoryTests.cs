using System.Diagnostics;
using Adr.Tests.Data;
using Adr.Training;
using TorchSharp;

namespace Adr.Tests.Training;

public sealed class MemoryTests
{
    [Fact]
    public void Stays_flat_over_300_steps()
    {
        using var data = TinyRun.Data(160);
        using var model = new SmallClassifier(1, hidden: 256);
        var tensors = new Dictionary<int, long>();
        var bytes = new Dictionary<int, long>();
        var options = TinyRun.Options() with { Epochs = 30, BatchSize = 15 }; // 148 points left: 10 steps an epoch
        new Trainer(model, TinyRun.Defence(), options).Fit(data, progress: new Listener<TrainingProgress>(p =>
        {
            if (p.Step < p.Steps || p.Epoch is not (10 or 30)) return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            tensors[p.Epoch] = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
            using var process = Process.GetCurrentProcess();
            bytes[p.Epoch] = process.WorkingSet64;
        }));
        Assert.Equal(tensors[10], tensors[30]);
        Assert.True(bytes[30] < 1.05 * bytes[10], $"{bytes[10]:N0} bytes after 100 steps, {bytes[30]:N0} after 300");
    }
}
