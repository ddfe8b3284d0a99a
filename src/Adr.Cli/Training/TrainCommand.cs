using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Adr.Cli.Running;
using Adr.Experiments;
using Adr.Kernel.Running;
using Adr.Native;
using Adr.Training;

namespace Adr.Cli.Training;

/// <summary><c>adr train</c>: one defence on MNIST into a run folder, resumed where a run was interrupted. For checks and scripts; not in the help.</summary>
public static class TrainCommand
{
    private static readonly Option<string> Defence = new("--defence") { Description = "ADV, ADR-ADV, TRADES, ADR-TRADES, Standard, …", DefaultValueFactory = _ => "ADR-ADV" };
    private static readonly Option<Budget> Budget = ChoiceOption.Create("--budget", "Whose settings to start from.", Experiments.Budget.Smoke);
    private static readonly Option<string?> Runs = RunsFolder.Option();
    private static readonly Option<int?> Epochs = new("--epochs") { Description = "Passes over the training digits." };
    private static readonly Option<int?> TrainCount = new("--train-count") { Description = "How many digits to train on." };
    private static readonly Option<int?> ValidationCount = new("--validation-count") { Description = "How many more are held out." };
    private static readonly Option<int?> BatchSize = new("--batch-size") { Description = "Digits per step." };
    private static readonly Option<int?> AttackSteps = new("--attack-steps") { Description = "Steps of the training attack." };
    private static readonly Option<long> Seed = new("--seed") { Description = "Decides everything random.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Device = new("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
    private static readonly Option<bool> StepsMemory = new("--steps-memory") { Description = "Prints the resident memory every 100 steps." };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("train", "Trains one defence on MNIST into a run folder, or goes on with an interrupted run.")
        {
            Defence, Budget, Runs, Epochs, TrainCount, ValidationCount, BatchSize, AttackSteps, Seed, Device, StepsMemory,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using var signals = new TerminationSignals();
            return Train(parsed, signals.Token);
        });
        return command;
    }

    private static int Train(ParseResult parsed, CancellationToken cancellation)
    {
        NativeTorch.Load();
        var defence = parsed.GetValue(Defence)!;
        TrainedModel trained;
        try
        {
            var experiment = Settings(parsed);
            experiment.Defence(defence); // throws for a name that is none
            Console.WriteLine($"run folder: {experiment.FolderOf(defence)}");
            trained = experiment.Train(defence, new Reporter(parsed.GetValue(StepsMemory)), cancellation);
        }
        catch (ArgumentException problem) // settings that cannot work, found before the work
        {
            throw new UsageException(problem.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine("adr: stopped; the same command goes on from the last whole epoch.");
            return ExitCode.Interrupted;
        }
        catch (TrainingDivergedException diverged)
        {
            Console.Error.WriteLine($"adr: {diverged.Message}");
            return ExitCode.Failed;
        }

        foreach (var epoch in trained.History.Epochs) Console.WriteLine(Line(epoch));
        Console.WriteLine($"best epoch {trained.History.BestEpoch}; {trained.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s of training");
        foreach (var note in trained.History.Notes) Console.Error.WriteLine($"adr: {note}");
        foreach (var file in new[] { trained.Folder.CheckpointPath, trained.Folder.BestPath }) Console.WriteLine($"{Sha256(file)}  {file}");
        return ExitCode.Fine;
    }

    private static Experiment Settings(ParseResult parsed)
    {
        var settings = Experiment.Mnist(parsed.GetValue(Budget), parsed.GetValue(Seed), parsed.GetValue(Device)!);
        return settings with
        {
            RunsFolder = Cli.RunsFolder.Of(parsed.GetValue(Runs)),
            Epochs = parsed.GetValue(Epochs) ?? settings.Epochs,
            TrainCount = parsed.GetValue(TrainCount) ?? settings.TrainCount,
            ValidationCount = parsed.GetValue(ValidationCount) ?? settings.ValidationCount,
            BatchSize = parsed.GetValue(BatchSize) ?? settings.BatchSize,
            AttackSteps = parsed.GetValue(AttackSteps) ?? settings.AttackSteps,
        };
    }

    private static string Line(EpochMetrics epoch) => string.Create(CultureInfo.InvariantCulture,
        $"epoch {epoch.Epoch}: loss {epoch.Loss:0.000}, natural {Share(epoch.NaturalAccuracy)}, robust {Share(epoch.RobustAccuracy)} at ε {epoch.Epsilon:0.000}, {epoch.Seconds:0.0} s");

    private static string Share(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";

    private static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private sealed class Reporter(bool memory) : IProgress<TrainingProgress>
    {
        private long next = 100;

        public void Report(TrainingProgress value)
        {
            var step = (long)(value.Epoch - 1) * value.Steps + value.Step;
            if (memory)
            {
                if (step < next) return;
                next = (step / 100 + 1) * 100;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step}: {Environment.WorkingSet / 1048576.0:0.0} MiB resident"));
            }
            else if (value.Step == value.Steps)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch}/{value.Epochs} trained, {value.SecondsElapsed:0.0} s"));
            }
        }
    }
}
