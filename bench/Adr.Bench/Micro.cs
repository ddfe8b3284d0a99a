using Adr.Attacks;
using Adr.Losses;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>The small parts that run at every step, by BenchmarkDotNet in this process.</summary>
[MemoryDiagnoser]
public class Micro
{
    private readonly Tensor _scalar = zeros(1), _images = rand(128, 1, 28, 28), _moved = rand(128, 1, 28, 28);
    private readonly Tensor _latent = rand(128, 1024), _movedLatent = rand(128, 1024), _logits = randn(128, 10),
        _movedLogits = randn(128, 10);
    private readonly Tensor _labels = randint(0, 10, [128], dtype: ScalarType.Int64);
    private readonly ThreatModel _linf = ThreatModel.Linf(0.3), _l2 = ThreatModel.L2(1.5);

    /// <summary>Runs all of it and prints the table.</summary>
    internal static void Run() => BenchmarkRunner.Run<Micro>(DefaultConfig.Instance
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.Combine("artifacts", "bench")));

    /// <summary>One operator of one number: what a call costs beside its work.</summary>
    [Benchmark]
    public void OneCall() => (_scalar + 1f).Dispose();

    /// <summary>The projection of a batch of digits on the L∞ ball and the box.</summary>
    [Benchmark]
    public void ProjectLinf() => _linf.Project(_moved, _images).Dispose();

    /// <summary>The same on the L2 ball.</summary>
    [Benchmark]
    public void ProjectL2() => _l2.Project(_moved, _images).Dispose();

    /// <summary>Global compactness of 128 latents of 1,024.</summary>
    [Benchmark]
    public void GlobalCompactnessTerm() => AdrLoss.GlobalCompactness(_latent, _movedLatent, _labels).Dispose();

    /// <summary>Global smoothness of 128 rows of 10 logits.</summary>
    [Benchmark]
    public void GlobalSmoothnessTerm() => AdrLoss.GlobalSmoothness(_logits, _movedLogits, _labels).Dispose();
}
