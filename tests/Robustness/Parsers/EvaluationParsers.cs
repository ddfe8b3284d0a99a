using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Models;
using Adr.Robustness.Damage;
using Adr.Training;

namespace Adr.Robustness.Parsers;

/// <summary>A small network on a few points of three classes, whatever its weights are.</summary>
internal sealed class ToyEvaluation : IDisposable
{
    private readonly Dataset points = ToyPoints.Blobs(6);
    private readonly ToyMlp model = new(1, classes: 3);

    internal static AutoAttack Attack { get; } = new(ThreatModel.Linf(0.02), AutoAttackVersion.Rand);

    /// <summary>The evaluation of batches of two points.</summary>
    internal Evaluator Evaluator(
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default) =>
        new(model, points, new EvaluationOptions { BatchSize = 2, Progress = progress }, "toy", cancellation);

    public void Dispose()
    {
        points.Dispose();
        model.Dispose();
    }
}

/// <summary>The state of Auto-Attack, in the middle of a run and after it.</summary>
internal sealed class AttackStateParser() : Parser("attack-state"), IDisposable
{
    private static readonly Form Json = new JsonForm();
    private static readonly CancellationToken Stopped = new(canceled: true);

    private readonly Lazy<ToyEvaluation> toy = new(() => new ToyEvaluation());

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        var (half, whole) = (Path.Combine(folder, "half.json"), Path.Combine(folder, "whole.json"));
        using var stop = new CancellationTokenSource();
        using (var evaluator = toy.Value.Evaluator(new StopAfterBatch(stop), stop.Token))
        {
            try
            {
                AutoAttackReport.Evaluate(evaluator, ToyEvaluation.Attack, half);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // as intended: the state is that of a run that was interrupted
            }
        }
        using (var evaluator = toy.Value.Evaluator())
            AutoAttackReport.Evaluate(evaluator, ToyEvaluation.Attack, whole);
        return [new("half.json", File.ReadAllBytes(half), Json), new("whole.json", File.ReadAllBytes(whole), Json)];
    }

    // What is read is what a run begins with; it is stopped before it attacks.
    internal override string Read(string path)
    {
        using var evaluator = toy.Value.Evaluator(cancellation: Stopped);
        try
        {
            return AutoAttackReport.Evaluate(evaluator, ToyEvaluation.Attack, path).ToJson().ToJsonString();
        }
        catch (OperationCanceledException)
        {
            return JsonNode.Parse(File.ReadAllText(path))!.ToJsonString();
        }
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException
        || error is InvalidOperationException && error.Message.Contains("belongs to another run");

    public void Dispose()
    {
        if (toy.IsValueCreated) toy.Value.Dispose();
    }

    private sealed class StopAfterBatch(CancellationTokenSource stop) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            if (value.Attack != "natural" && value.Done >= 4) stop.Cancel();
        }
    }
}

/// <summary>The files with the results of evaluations.</summary>
internal sealed class ReportParser() : Parser("report")
{
    private const string OfAttacks = "report.json", OfAutoAttack = "autoattack.json", OfModel = "result.json";

    private static readonly Form Json = new JsonForm();

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        using var toy = new ToyEvaluation();
        using var evaluator = toy.Evaluator();
        var threat = ThreatModel.Linf(0.1);
        var report = RobustnessReport.Evaluate(evaluator, [new Fgsm(threat), new Pgd(threat, 3, 0.05)]);
        var auto = AutoAttackReport.Evaluate(evaluator, ToyEvaluation.Attack);
        report.Save(Path.Combine(folder, OfAttacks));
        auto.Save(Path.Combine(folder, OfAutoAttack));
        Training.Json.Write(Path.Combine(folder, OfModel), new ModelResult("ADV", report, 1.5, 2, auto)
        {
            Costly = [RobustnessReport.Evaluate(evaluator, [new Spsa(threat, 2, 4)])],
            Environment = RunEnvironment.Here(),
        });
        return [.. new[] { OfAttacks, OfAutoAttack, OfModel }.Select(
            file => new Sample(file, File.ReadAllBytes(Path.Combine(folder, file)), Json))];
    }

    internal override string Read(string path)
    {
        switch (Path.GetFileName(path))
        {
            case OfAttacks:
                var report = RobustnessReport.Load(path);
                return report.ToJson().ToJsonString() + RobustnessReport.Together([report]);
            case OfAutoAttack:
                return AutoAttackReport.Load(path).ToJson().ToJsonString();
            default:
                return JsonSerializer.Serialize(Training.Json.Read<ModelResult>(path), Training.Json.Compact);
        }
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;
}
