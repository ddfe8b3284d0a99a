using System.CommandLine;
using System.Security.Cryptography;
using Adr.Experiments;
using Adr.Kernel.Running;
using Adr.Training;

namespace Adr.Cli;

/// <summary><c>adr train</c>: trains one defence on MNIST into a run folder, or resumes an interrupted run.</summary>
/// <remarks>It is meant for checks and scripts, so the help does not list it.</remarks>
public static class TrainCommand
{
    private static readonly Option<string> Defence = new("--defence")
    {
        Description = "The defence: ADV, ADR-ADV, TRADES, ADR-TRADES, Standard, …",
        DefaultValueFactory = _ => "ADR-ADV",
    };

    private static readonly Option<Budget> Budget =
        Options.Choice("--budget", "The budget whose settings are used.", Experiments.Budget.Smoke);

    private static readonly Option<string?> Runs = Options.Runs();
    private static readonly Option<int?> Epochs = new("--epochs") { Description = "Passes over the training images." };
    private static readonly Option<int?> TrainCount = new("--train-count") { Description = "Images to train on." };
    private static readonly Option<int?> HeldOut = new("--validation-count") { Description = "Images to hold out." };
    private static readonly Option<int?> BatchSize = new("--batch-size") { Description = "Images in a batch." };

    private static readonly Option<int?> Steps = new("--attack-steps")
    {
        Description = "Steps of the training attack.",
    };

    private static readonly Option<long> Seed = new("--seed")
    {
        Description = "The seed of every random number.", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> Device = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto",
    };

    private static readonly Option<bool> StepsMemory = new("--steps-memory")
    {
        Description = "Prints the resident memory every 100 steps.",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("train", "Trains one defence on MNIST into a run folder, or resumes such a run.")
        {
            Defence, Budget, Runs, Epochs, TrainCount, HeldOut, BatchSize, Steps, Seed, Device, StepsMemory,
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
        LibtorchPackage.Load();
        var defence = parsed.GetValue(Defence)!;
        TrainedModel trained;
        try
        {
            var experiment = Settings(parsed);
            experiment.Defence(defence); // throws for an unknown name
            Console.WriteLine($"run folder: {experiment.FolderOf(defence)}");
            trained = experiment.Train(defence, new Lines(parsed.GetValue(StepsMemory)), cancellation);
        }
        catch (ArgumentException problem) // settings that are not valid, found before the work
        {
            throw UsageException.From(problem);
        }
        catch (InvalidOperationException problem) // the folder of another run
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine("adr: stopped. The same command resumes after the last complete epoch.");
            return ExitCode.Interrupted;
        }
        catch (TrainingDivergedException diverged)
        {
            Console.Error.WriteLine($"adr: {diverged.Message}");
            return ExitCode.Failed;
        }
        Print(trained);
        return ExitCode.Fine;
    }

    private static Experiment Settings(ParseResult parsed)
    {
        var settings = Experiment.Mnist(parsed.GetValue(Budget), parsed.GetValue(Seed), parsed.GetValue(Device)!);
        return settings with
        {
            RunsFolder = Options.RunsFolder(parsed.GetValue(Runs)),
            Epochs = parsed.GetValue(Epochs) ?? settings.Epochs,
            TrainCount = parsed.GetValue(TrainCount) ?? settings.TrainCount,
            ValidationCount = parsed.GetValue(HeldOut) ?? settings.ValidationCount,
            BatchSize = parsed.GetValue(BatchSize) ?? settings.BatchSize,
            AttackSteps = parsed.GetValue(Steps) ?? settings.AttackSteps,
        };
    }

    private static void Print(TrainedModel trained)
    {
        foreach (var epoch in trained.History.Epochs)
        {
            Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.Loss:0.000}, natural {Share(epoch.NaturalAccuracy)}, "
                + $"robust {Share(epoch.RobustAccuracy)} at ε {epoch.Epsilon:0.000}, {epoch.Seconds:0.0} s");
        }
        Console.WriteLine($"best epoch {trained.History.BestEpoch}; {trained.Seconds:0.0} s of training");
        foreach (var note in trained.History.Notes) Console.Error.WriteLine($"adr: {note}");
        foreach (var file in new[] { trained.Folder.CheckpointPath, trained.Folder.BestPath })
            Console.WriteLine($"{Sha256(file)}  {file}");
    }

    private static string Share(double? value) => value is { } share ? $"{share:0.000}" : "–";

    private static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private sealed class Lines(bool memory) : IProgress<TrainingProgress>
    {
        private long next = 100;

        public void Report(TrainingProgress value)
        {
            var step = (long)(value.Epoch - 1) * value.Steps + value.Step;
            if (memory && step >= next)
            {
                next = (step / 100 + 1) * 100;
                Console.WriteLine($"step {step}: {Environment.WorkingSet / 1048576.0:0.0} MiB resident");
            }
            if (!memory && value.Step == value.Steps)
                Console.WriteLine($"epoch {value.Epoch}/{value.Epochs} trained, {value.SecondsElapsed:0.0} s");
        }
    }
}
