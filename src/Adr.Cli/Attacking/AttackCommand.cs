using System.CommandLine;
using System.Globalization;
using Adr.Attacks;
using Adr.Cli.Running;
using Adr.Data;
using Adr.Evaluation;
using Adr.Kernel.Running;
using Adr.Models;
using Adr.Native;
using Spectre.Console;

namespace Adr.Cli.Attacking;

/// <summary><c>adr attack</c>: Auto-Attack on a file of weights, with a state to go on from.</summary>
public static class AttackCommand
{
    private static readonly Argument<string> File = new("weights") { Description = "A safetensors file: a run folder's best.safetensors, or one written from PyTorch." };
    private static readonly Option<string?> Network = new("--network") { Description = $"{string.Join(", ", Networks.Architectures)}; by default what the file says." };
    private static readonly Option<string> Data = new("--data") { Description = "The test images.", HelpName = string.Join("|", DataSets.Names), DefaultValueFactory = _ => "mnist-10k" };
    private static readonly Option<int?> Points = new("--points") { Description = "How many of them, from the first on; all by default." };
    private static readonly Option<Norm> Norm = ChoiceOption.Create("--norm", "The norm of the perturbation.", Attacks.Norm.Linf);
    private static readonly Option<double?> Epsilon = new("--epsilon") { Description = "Its largest size in [0,1] pixel units; by default 8/255 on CIFAR and 0.3 on MNIST under L∞." };
    private static readonly Option<AutoAttackVersion> Version = ChoiceOption.Create("--attacks", "Which list of attacks.", AutoAttackVersion.Standard);
    private static readonly Option<long> Seed = new("--seed") { Description = "Decides everything random.", DefaultValueFactory = _ => 0 };
    private static readonly Option<int> BatchSize = new("--batch-size") { Description = "Points at once.", DefaultValueFactory = _ => 256 };
    private static readonly Option<string?> State = new("--state") { Description = "A file to keep how far it is; the same command goes on from it." };
    private static readonly Option<string?> ReportFile = new("--json") { Description = "Where to write every number." };
    private static readonly Option<string?> Images = new("--images") { Description = "A folder for the adversarial images." };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("attack", "Runs Auto-Attack on a file of weights, or goes on with an interrupted run.")
        {
            File, Network, Data, Points, Norm, Epsilon, Version, Seed, BatchSize, State, ReportFile, Images,
        };
        command.SetAction(parsed =>
        {
            using var signals = new TerminationSignals();
            return Attack(parsed, signals.Token);
        });
        return command;
    }

    private static int Attack(ParseResult parsed, CancellationToken cancellation)
    {
        NativeTorch.Load();
        try
        {
            using var model = Networks.Load(parsed.GetRequiredValue(File), parsed.GetValue(Network));
            using var data = Load(parsed.GetValue(Data)!, parsed.GetValue(Points));
            var threat = new ThreatModel(parsed.GetValue(Norm), EpsilonOf(parsed), model.Bounds);
            var options = new EvaluationOptions
            {
                BatchSize = parsed.GetValue(BatchSize), Seed = parsed.GetValue(Seed), SaveAdversarialTo = parsed.GetValue(Images), Progress = new Reporter(),
            };
            var report = AutoAttackEvaluation.Evaluate(model, Path.GetFileName(parsed.GetRequiredValue(File)), data, new AutoAttack(threat, parsed.GetValue(Version)), options, parsed.GetValue(State), cancellation);
            if (parsed.GetValue(ReportFile) is { } path) report.Save(path);
            Print(report, Terminal.Output());
            return ExitCode.Fine;
        }
        catch (ArgumentException problem) // found before the work
        {
            throw new UsageException(problem.Message);
        }
        catch (InvalidOperationException problem) // another run's state, a model that answers NaN
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine(parsed.GetValue(State) is null ? "adr: stopped; with --state FILE it could go on." : "adr: stopped; the same command goes on from the last whole batch.");
            return ExitCode.Interrupted;
        }
    }

    private static Dataset Load(string name, int? points)
    {
        if (!DataSets.Names.Contains(name)) throw new UsageException($"--data '{name}': expected {string.Join(", ", DataSets.Names)}.");
        var (train, test) = DataSets.Load(name);
        using (train)
        using (test)
            return test.Take(points ?? test.Count);
    }

    private static double EpsilonOf(ParseResult parsed)
    {
        if (parsed.GetValue(Epsilon) is { } epsilon) return epsilon;
        if (parsed.GetValue(Norm) != Attacks.Norm.Linf) throw new UsageException($"--epsilon is needed for {parsed.GetValue(Norm)}: only L∞ has a usual one.");
        return parsed.GetValue(Data)!.Contains("mnist", StringComparison.Ordinal) ? 0.3 : 8.0 / 255;
    }

    private static void Print(AutoAttackReport report, IAnsiConsole console)
    {
        var table = new Table().RoundedBorder().AddColumn("attack");
        foreach (var column in new[] { "attacked", "broken", "robust accuracy", "seconds", "passes" }) table.AddColumn(new TableColumn(column).RightAligned());
        Row("none", "", "", Percent(report.Natural), "", "");
        foreach (var stage in report.Stages)
            Row(stage.Attack, Text(stage.Attacked), Text(stage.Broken), Percent(stage.RobustAccuracy), stage.Seconds.ToString("0.0", CultureInfo.InvariantCulture), stage.ModelEvaluations.ToString("N0", CultureInfo.InvariantCulture));
        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Attack}, {report.Threat}, first {report.Robust.Length} of {report.DataSet}, seed {report.Seed}, {report.Device}: robust accuracy {Percent(report.RobustAccuracy)} percent, with its 95 % interval."));
        foreach (var warning in report.Warnings) console.WriteLine($"warning: {warning}");

        void Row(params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Percent(Proportion share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value:0.0} [{100 * share.Low:0.0}, {100 * share.High:0.0}]");

    private sealed class Reporter : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => Console.WriteLine($"{value.Attack}: {value.Done} of {value.Total}");
    }
}
