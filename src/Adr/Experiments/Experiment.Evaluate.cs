using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Training;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    /// <summary>The attacks that meet every test image: FGSM and PGD, each point keeping its worst iterate until it is clearly broken.</summary>
    public IReadOnlyList<Attack> EvaluationAttacks()
    {
        var threat = ThreatModel.Linf(Epsilon);
        return [new Fgsm(threat), new Pgd(threat, Judgement.PgdSteps, Judgement.PgdStepSize, keep: KeptIterate.Broken)];
    }

    /// <summary>The attacks that meet the first test images only, with how many; Auto-Attack is not among them (<see cref="AutoAttack"/>).</summary>
    public IReadOnlyList<(Attack Attack, int Count)> CostlyAttacks()
    {
        var (threat, j) = (ThreatModel.Linf(Epsilon), Judgement);
        (Attack Attack, int Count)[] all =
        [
            (new MultiTargetedPgd(threat, j.MultiTargetedSteps, Epsilon / 4, keep: KeptIterate.Broken), j.MultiTargetedCount),
            (new BrendelBethge(threat, j.BrendelBethgeSteps), j.BrendelBethgeCount),
            (new Spsa(threat, j.SpsaSteps, j.SpsaSamples), j.SpsaCount),
        ];
        return [.. all.Where(one => one.Count > 0)];
    }

    /// <summary>A model's row of the table: every attack of <see cref="Judgement"/>. What is in the run folder already is not done again; an Auto-Attack that was cut off goes on.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    /// <exception cref="ArgumentException">An attack shall meet more images than the test has.</exception>
    public RobustnessRow Judge(TrainedModel trained, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        CheckCounts();
        var path = RowPath(trained.Folder);
        if (File.Exists(path)) return Json.Read<RobustnessRow>(path);
        var report = Evaluate(trained, progress, cancellation);
        var costly = new List<RobustnessReport>();
        foreach (var (attack, count) in CostlyAttacks()) costly.Add(Evaluate(trained, attack, count, progress, cancellation));
        var row = RobustnessRow.Of(trained, report, AutoAttack(trained, progress, cancellation)) with { Costly = costly };
        Json.Write(path, row);
        return row;
    }

    /// <summary>A defence's row of the table, if <see cref="Judge"/> has made it: read from the run folder, without the network. Null where it is missing.</summary>
    /// <param name="defence">A name that <see cref="Defence"/> knows.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public RobustnessRow? Row(string defence) => RowPath(FolderOf(defence)) is var path && File.Exists(path) ? Json.Read<RobustnessRow>(path) : null;

    /// <summary>Attacks a trained model on every test image by <see cref="EvaluationAttacks"/>. What is in the run folder already is not done again.</summary>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    public RobustnessReport Evaluate(TrainedModel trained, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return RobustnessReport.Together([.. EvaluationAttacks().Select(attack => Evaluate(trained, attack, TestCount, progress, cancellation))]);
    }

    /// <summary>Auto-Attack, standard, on the first test images; null where <see cref="Judgement.AutoAttackCount"/> is 0.</summary>
    /// <remarks>How far it is stays in the run folder, so that an interrupted run goes on, and a finished one is not repeated.</remarks>
    /// <param name="trained">What <see cref="Train"/> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    /// <exception cref="ArgumentException">There are not so many test images.</exception>
    public AutoAttackReport? AutoAttack(TrainedModel trained, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        CheckCounts();
        if (Judgement.AutoAttackCount == 0) return null;
        using var data = HeldOut(Judgement.AutoAttackCount);
        var state = trained.Folder.File(string.Create(CultureInfo.InvariantCulture, $"autoattack-{data.Count}-epsilon{Epsilon:0.######}.json"));
        return AutoAttackEvaluation.Evaluate(trained.Model, trained.Defence, data, new AutoAttack(ThreatModel.Linf(Epsilon)), new EvaluationOptions { Seed = Seed, Progress = progress }, state, cancellation);
    }

    // one attack on the first images, kept in the run folder
    private RobustnessReport Evaluate(TrainedModel trained, Attack attack, int count, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        var path = ReportPath(trained.Folder, attack, count);
        if (File.Exists(path)) return RobustnessReport.Load(path);
        using var data = HeldOut(count);
        var report = Robustness.Evaluate(trained.Model, trained.Defence, data, [attack], new EvaluationOptions { Seed = Seed, Progress = progress }, cancellation);
        report.Save(path);
        return report;
    }

    private static string ReportPath(RunFolder folder, Attack attack, int count) =>
        folder.File($"{NoWord().Replace(attack.Name.ToLowerInvariant(), "")}-{count}-{Hash(AttackSettings.Whole(attack))}.json");

    // by what the attacks are, so that a row of another version's attacks is not taken for this one's
    private string RowPath(RunFolder folder)
    {
        string[] all = [.. EvaluationAttacks().Select(AttackSettings.Whole), .. CostlyAttacks().Select(one => $"{one.Count}: {AttackSettings.Whole(one.Attack)}")];
        return folder.File($"row-{Hash(JsonSerializer.Serialize(new { TestCount, Attacks = all, Judgement.AutoAttackCount }, Json.Compact))}.json");
    }

    private void CheckCounts()
    {
        var j = Judgement;
        var most = Math.Max(Math.Max(j.MultiTargetedCount, j.BrendelBethgeCount), Math.Max(j.SpsaCount, j.AutoAttackCount));
        if (most > TestCount) throw new ArgumentException($"{most} images for a costly attack are more than the {TestCount} of the test.");
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoWord();
}
