using System.Diagnostics;
using System.Globalization;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Native;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>What one training step of the largest network holds: ADR-ADV on WideResNet-34-10.</summary>
internal static class StepMemory
{
    private const int AttackSteps = 2; // more take longer and hold no more

    /// <summary>Runs two steps, so that momentum is there too, and prints the process's peak.</summary>
    internal static void Print(int batch)
    {
        using var model = new WideResNet(1);
        model.train();
        using var optimizer = new SgdSettings(WeightDecay: 5e-4)
            .Create([.. model.named_parameters().Select(p => (p.name, p.parameter))]);
        var defence = new AdversarialTraining(new Pgd(ThreatModel.Linf(8 / 255.0), AttackSteps, 2 / 255.0),
            new CompactnessWeights());
        manual_seed(1);
        using var points = new Batch(rand(batch, 3, 32, 32).DetachFromDisposeScope(),
            randint(0, 10, [batch], dtype: ScalarType.Int64).DetachFromDisposeScope(),
            [.. Enumerable.Range(0, batch).Select(i => (long)i)]);
        var clock = Stopwatch.StartNew();
        for (var step = 0; step < 2; step++)
        {
            using var scope = NewDisposeScope();
            var inner = new InnerAttack(defence.Attack!.Threat.Epsilon, new ExampleSeeds(1, points.Indices));
            var (_, gradients) = defence.Differentiate(model, points, inner, optimizer.Parameters);
            optimizer.Step(gradients, 1e-3);
        }
        var seconds = clock.Elapsed.TotalSeconds / 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{model.Architecture}, batch {batch}, float32: peak resident memory "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 / Math.Pow(2, 30):0.00} GiB, {seconds:0} s a step "
                + $"with {AttackSteps} attack steps, {get_num_threads()} threads"));
    }
}
