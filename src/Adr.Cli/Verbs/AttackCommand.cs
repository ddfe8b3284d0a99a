using System.CommandLine;
using System.Globalization;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Models;
using Spectre.Console;

namespace Adr.Cli;

/// <summary><c>adr attack</c>: Auto-Attack on a file of weights; an interrupted run can be resumed.</summary>
public static class AttackCommand
{
    private static readonly Argument<string> File = new("weights")
    {
        Description = "best.safetensors of a run folder; or from PyTorch: safetensors, .pt or .pth.",
    };

    private static readonly Option<string?> Network = new("--network")
    {
        Description = $"{string.Join(", ", Networks.Architectures)}; behind @, a normalisation: "
            + $"{string.Join(", ", Normalisation.Names)}. Default: what the file says.",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = $"The data set whose test images are attacked: {string.Join(", ", DataSets.Names)}; or a "
            + "safetensors file of images and labels.",
        HelpName = "NAME|FILE",
        DefaultValueFactory = _ => "mnist-10k",
    };

    private static readonly Option<int?> Examples = new("--examples", "--points")
    {
        Description = "How many images to attack. Default: all, from --from on.",
    };

    private static readonly Option<int> From = new("--from")
    {
        Description = "The position of the first image to attack, counted from 0.", DefaultValueFactory = _ => 0,
    };

    private static readonly Option<string?> Indices = new("--indices")
    {
        Description = "A text file with the positions of the images to attack, one in a line, instead of a range.",
        HelpName = "FILE",
    };

    private static readonly Option<Norm> Norm =
        Options.Choice("--norm", "The norm of the perturbation.", Attacks.Norm.Linf);

    private static readonly Option<double?> Epsilon = new("--epsilon")
    {
        Description = "The largest perturbation, for pixels in [0,1]. Default under L∞: 8/255 on CIFAR, 0.3 on MNIST.",
    };

    private static readonly Option<string> AttackList = new("--attacks")
    {
        Description = $"A version of Auto-Attack, {VersionNames}, or a list, such as APGD-CE,Square, from "
            + $"{string.Join(", ", AutoAttack.AttackNames)}.",
        HelpName = "VERSION|LIST",
        DefaultValueFactory = _ => "standard",
    };

    private static readonly Option<bool> Individual = new("--individual")
    {
        Description = "Runs every attack on every image that is classified correctly, not only on those left.",
    };

    private static readonly Option<long> Seed = new("--seed")
    {
        Description = "The seed of the attacks.", DefaultValueFactory = _ => 0,
    };

    private static readonly Option<int> BatchSize = new("--batch-size")
    {
        Description = "How many examples to attack at once.", DefaultValueFactory = _ => 256,
    };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "A file for the state of the run; the same command resumes from it.", HelpName = "FILE",
    };

    private static readonly Option<string?> ReportFile = new("--json")
    {
        Description = "A file for the report, with every number.", HelpName = "FILE",
    };

    private static readonly Option<string?> Images = new("--images")
    {
        Description = "A folder for the adversarial images.", HelpName = "DIR",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("attack", "Runs Auto-Attack on a file of weights, or resumes an interrupted run.")
        {
            File, Network, Data, Examples, From, Indices, Norm, Epsilon, AttackList, Individual, Seed, BatchSize, State,
            ReportFile, Images,
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
        LibtorchPackage.Load();
        var (file, state) = (parsed.GetRequiredValue(File), parsed.GetValue(State));
        CheckFiles(parsed);
        try
        {
            using var model = Networks.Load(
                file, parsed.GetValue(Network), note => Console.Error.WriteLine($"adr: {note}"));
            using var data = Load(parsed, model.Classes);
            var threat = ThreatOf(parsed, model.Bounds);
            var attack = AttackOf(parsed.GetValue(AttackList)!, threat);
            var options = new EvaluationOptions
            {
                BatchSize = parsed.GetValue(BatchSize),
                Seed = parsed.GetValue(Seed),
                SaveAdversarialTo = parsed.GetValue(Images),
                Progress = new Lines(),
            };
            using var evaluator = new Evaluator(model, data, options, Path.GetFileName(file), cancellation);
            var report = AutoAttackReport.Evaluate(evaluator, attack, state, parsed.GetValue(Individual));
            if (parsed.GetValue(ReportFile) is { } path) report.Save(path);
            Print(report, Terminal.Output());
            return ExitCode.Fine;
        }
        catch (ArgumentException problem) // found before the work
        {
            throw UsageException.From(problem);
        }
        catch (InvalidOperationException problem) // the state of another run, or logits that are not finite
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine(state is null
                ? "adr: stopped. With --state FILE, the run could be resumed."
                : "adr: stopped. The same command resumes after the last complete batch.");
            return ExitCode.Interrupted;
        }
    }

    // What is written must not be what is read, and it must be possible to write it, or hours of work were for nothing.
    private static void CheckFiles(ParseResult parsed)
    {
        var (state, report) = (parsed.GetValue(State), parsed.GetValue(ReportFile));
        var (data, images) = (parsed.GetValue(Data)!, parsed.GetValue(Images));
        (string Name, string? Path)[] files =
        [
            ("the weights", parsed.GetRequiredValue(File)), ("--data", IsFile(data) ? data : null),
            ("--indices", parsed.GetValue(Indices)), ("--state", state),
            ("the images of --state", AutoAttackReport.ImagesOf(state)), ("--json", report),
        ];
        for (var i = 0; i < files.Length; i++)
            for (var j = 0; j < i; j++)
                if (files[i].Path is { } one && files[j].Path is { } other && RealPath.AreSame(one, other))
                    throw new UsageException($"{files[j].Name} and {files[i].Name} are one file, {one}.");
        if (images is not null && IsFile(data) && Path.GetDirectoryName(Path.GetFullPath(data)) is { } place
            && Directory.Exists(images) && RealPath.AreSame(place, images))
            throw new UsageException(
                $"--data lies in the folder of --images, {images}, where it could be replaced. Name another folder.");
        foreach (var path in new[] { state, report, images is null ? null : Path.Combine(images, "images") })
            if (path is not null) AtomicFile.Check(path);
    }

    private static bool IsFile(string data) => data.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static Dataset Load(ParseResult parsed, int classes)
    {
        using var whole = Whole(parsed.GetValue(Data)!, classes);
        var from = parsed.GetValue(From);
        if (from < 0 || from >= whole.Count)
            throw new UsageException($"--from {from}: {whole.Name} has the positions 0 to {whole.Count - 1}.");
        if (parsed.GetValue(Indices) is not { } file)
            return whole.Slice(from, parsed.GetValue(Examples) ?? whole.Count - from);
        if (parsed.GetResult(From) is { Implicit: false } || parsed.GetResult(Examples) is not null)
            throw new UsageException("--indices names every image to attack; leave --from and --examples out.");
        return whole.Select(PositionsFile.Read(file, whole.Count));
    }

    private static Dataset Whole(string data, int classes)
    {
        if (IsFile(data)) return DatasetFile.Read(data, classes);
        var (train, test) = DataSets.Load(data);
        train.Dispose();
        return test;
    }

    private static ThreatModel ThreatOf(ParseResult parsed, Bounds bounds)
    {
        var (norm, epsilon) = (parsed.GetValue(Norm), EpsilonOf(parsed));
        if (norm == Attacks.Norm.Linf && epsilon > bounds.Range)
            throw new UsageException($"--epsilon {epsilon}: no L∞ distance between two images is above {bounds.Range}. "
                + $"{epsilon} levels of 255 are {epsilon / 255:0.######}.");
        return new ThreatModel(norm, epsilon, bounds);
    }

    private static double EpsilonOf(ParseResult parsed)
    {
        var data = parsed.GetValue(Data)!;
        if (parsed.GetValue(Epsilon) is { } epsilon) return epsilon;
        if (parsed.GetValue(Norm) != Attacks.Norm.Linf)
            throw new UsageException($"--epsilon is needed for {parsed.GetValue(Norm)}: only L∞ has a default.");
        if (IsFile(data)) throw new UsageException($"--epsilon is needed for {data}: only known data have a default.");
        return data switch
        {
            _ when data.Contains("mnist", StringComparison.Ordinal) => 0.3,
            _ when data.StartsWith("cifar", StringComparison.Ordinal) => 8.0 / 255,
            _ when DataSets.Names.Contains(data) =>
                throw new UsageException($"--epsilon is needed for {data}: only MNIST and CIFAR have a default."),
            _ => 0, // no data at all, which is refused where they are loaded
        };
    }

    private static AutoAttack AttackOf(string list, ThreatModel threat)
    {
        string[] names = [.. list.Split(',').Select(name => name.Trim())];
        if (names is [var version] && VersionOf(version) is { } known) return new AutoAttack(threat, known);
        if (names.FirstOrDefault(name => VersionOf(name) is not null) is { } whole)
            throw new UsageException($"--attacks {list}: {whole} is a version of Auto-Attack. Name it alone, or name "
                + "attacks only.");
        try
        {
            return AutoAttack.Of(threat, names);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"--attacks {list}: {UsageException.From(problem).Message} Or take a version of "
                + $"Auto-Attack: {VersionNames}.");
        }
    }

    private static string VersionNames => string.Join(", ", Enum.GetNames<AutoAttackVersion>()).ToLowerInvariant();

    private static AutoAttackVersion? VersionOf(string name) => Enum.GetValues<AutoAttackVersion>()
        .Where(version => version.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(version => (AutoAttackVersion?)version).FirstOrDefault();

    private static void Print(AutoAttackReport report, IAnsiConsole console)
    {
        var table = new Table().RoundedBorder().AddColumn("attack");
        string[] columns = ["attacked", "misclassified", "robust accuracy", "seconds", "forward", "backward"];
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddRow("none", "", "", Markup.Escape(Percent(report.Natural)), "", "", "");
        foreach (var stage in report.Stages)
        {
            string[] cells =
            [
                stage.Attack, Text(stage.Attacked), Text(stage.Misclassified), Percent(stage.RobustAccuracy),
                stage.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                PerExample(stage.Forwards), PerExample(stage.Backwards),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);

            string PerExample(long? passes) => passes is { } count && stage.Attacked > 0
                ? ((double)count / stage.Attacked).ToString("#,0.#", CultureInfo.InvariantCulture)
                : "–";
        }
        if (report.Individual)
            table.AddRow("all of them", "", "", Markup.Escape(Percent(report.RobustAccuracy)), "", "", "");
        console.Write(table);
        console.WriteLine($"{report.Attack}, {report.Threat}, {report.DataSet}, {report.Which}, seed {report.Seed}, "
            + $"{report.Device}: robust accuracy {Percent(report.RobustAccuracy)} percent, with its 95 % interval. "
            + "Forward and backward passes are means over the examples attacked.");
        if (report.Perturbation is { } extent)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Misclassified images differ from theirs by "
                + $"at most {extent.Largest:0.######}; their pixels lie in "
                + $"[{extent.LowestPixel:0.######}, {extent.HighestPixel:0.######}]."));
        foreach (var warning in report.Warnings) console.WriteLine($"warning: {warning}");
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Percent(Proportion share) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * share.Value:0.0} [{100 * share.Low:0.0}, {100 * share.High:0.0}]");

    private sealed class Lines : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) =>
            Console.WriteLine($"{value.Attack}: {value.Done} of {value.Total}");
    }
}
