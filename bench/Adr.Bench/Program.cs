using System.CommandLine;
using System.Globalization;
using Adr.Bench;

// Against the reference program, in turn, in one process tree: medians, ratios and their spread.
var quick = new Option<bool>("--quick") { Description = "Fewer repeats, the four main scenarios only." };
var json = new Option<string?>("--json") { Description = "Also writes all times and ratios.", HelpName = "FILE" };
var only = new Option<string[]>("--only") { Description =
    "Scenarios by name.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
var python = new Option<string>("--python") { Description =
    "The Python with PyTorch to compare with; \"none\" leaves the plain TorchSharp loop alone.", HelpName = "PATH",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ADR_PYTHON") is { Length: > 0 } set ? set
        : "/usr/bin/python3" };
var micro = new Option<bool>("--micro") { Description =
    "Instead: one call, the projections and the global terms, by BenchmarkDotNet." };
var scaling = new Option<bool>("--scaling") { Description =
    "Instead: how times grow with batch, threads, classes and latent, beside plain TorchSharp." };
var figures = new Option<string?>("--figures") { Description =
    "Of --scaling: draws them there, as SVG.", HelpName = "FOLDER" };
var profile = new Option<string?>("--profile") { Description =
    "Instead: run one scenario by the library alone, for a profiler, or to see whether memory stays flat.",
    HelpName = "NAME" };
profile.AcceptOnlyFromAmong([.. Scenario.All.Select(scenario => scenario.Name)]);
var runs = Number("--runs", 25, "Of --profile: how often.");
var layers = new Option<bool>("--layers") { Description =
    "Instead: the convolutions of the networks one by one." };
var memory = new Option<int?>("--memory") { Description =
    "Instead: the peak memory of a training step of WideResNet-34-10 at this batch size.", HelpName = "BATCH" };
var quality = new Option<string?>("--quality") { Description = "Instead: train with the kernels and without on "
    + "mnist or cifar-10, and compare the robustness. Takes hours; needs ADR_DATA.", HelpName = "DATA" };
quality.AcceptOnlyFromAmong("mnist", "cifar-10");
var images = Number("--images", 10_000, "Of --quality: training images.");
var testImages = Number("--test-images", 2_000, "Of --quality: test images.");
var epochs = Number("--epochs", 4, "Of --quality: passes over them.");
var steps = Number("--steps", 5, "Of --quality: steps of the training attack.");
var firstSeed = Number("--from-seed", 1, "Of --quality: the first seed.");
var lastSeed = Number("--to-seed", 5, "Of --quality: the last seed.");
var parity = new Option<string?>("--parity") { Description = "Instead: run an attack on these weights, to compare "
    + "with tests/reference/parity.py. Needs ADR_DATA.", HelpName = "FILE" };
var network = new Option<string>("--network") { Description =
    "Of --parity: mnist-cnn or cifar-cnn.", DefaultValueFactory = _ => "mnist-cnn" };
network.AcceptOnlyFromAmong("mnist-cnn", "cifar-cnn");
var attack = new Option<string>("--attack") { Description = $"Of --parity: {string.Join(", ", Parity.Names)}; -l2 or "
    + $"-l1 behind it for that norm.", HelpName = "NAME", DefaultValueFactory = _ => "apgd-ce" };
var epsilon = new Option<string>("--epsilon") { Description =
    "Of --parity: the radius, as 0.3 or 8/255.", HelpName = "E", DefaultValueFactory = _ => "0.3" };
var points = Number("--points", 500, "Of --parity: test points, from the first on.");
var seed = Number("--seed", 0, "Of --parity: the seed of the attack.");
var pointsAtOnce = Number("--batch", 250, "Of --parity: points at a time.");
var attackSteps = new Option<int?>("--attack-steps") { Description =
    "Of --parity: steps of an attack that is not of Auto-Attack; without, as in the reference.", HelpName = "N" };
var threads = new Option<int?>("--threads") { Description = "Of --parity: libtorch's threads.", HelpName = "N" };
var command = new RootCommand("Times training and attacks beside the same loop in plain TorchSharp, and beside a plain "
    + "PyTorch program that does what the authors' code does.")
{
    quick, json, only, python, micro, layers, profile, runs, scaling, figures, memory, quality, images, testImages,
    epochs, steps, firstSeed, lastSeed, parity, network, attack, epsilon, points, seed, pointsAtOnce,
    attackSteps, threads,
};
command.SetAction(parsed =>
{
    if (parsed.GetValue(quality) is { } dataSet)
    {
        var (first, last) = (parsed.GetValue(firstSeed), parsed.GetValue(lastSeed));
        if (last < first || last > first + 9)
        {
            Console.Error.WriteLine("adr: give 1 to 10 seeds: --from-seed N --to-seed M with N ≤ M ≤ N + 9.");
            return 2;
        }
        try
        {
            new KernelQuality(dataSet, parsed.GetValue(images), parsed.GetValue(testImages), parsed.GetValue(epochs),
                parsed.GetValue(steps), first, last)
                .Run(parsed.GetValue(json) ?? $"kernels-{dataSet}.json");
            return 0;
        }
        catch (Exception problem) when (
            problem is IOException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return 5;
        }
    }
    if (parsed.GetValue(parity) is { } weights)
    {
        if (Parity.Radius(parsed.GetValue(epsilon)!) is not { } radius)
        {
            Console.Error.WriteLine(
                $"adr: --epsilon {parsed.GetValue(epsilon)} is no radius: give it in pixel units, as 0.3 or 8/255.");
            return 2;
        }
        var comparison = new Parity(weights, parsed.GetValue(network)!, radius, parsed.GetValue(points),
            parsed.GetValue(attack)!, parsed.GetValue(seed), parsed.GetValue(pointsAtOnce),
            parsed.GetValue(attackSteps));
        if (comparison.Problem(parsed.GetValue(threads)) is { } problem)
        {
            Console.Error.WriteLine($"adr: {problem}");
            return 2;
        }
        if (parsed.GetValue(threads) is { } count) TorchSharp.torch.set_num_threads(count);
        try
        {
            comparison.Run(parsed.GetValue(json) ?? $"parity-{parsed.GetValue(attack)}.json");
            return 0;
        }
        catch (Exception broken) when (
            broken is IOException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            Console.Error.WriteLine($"adr: {broken.Message}");
            return 5;
        }
    }
    if (parsed.GetValue(micro))
    {
        Micro.Run();
        return 0;
    }
    if (parsed.GetValue(profile) is { } profiled)
    {
        using var library = new Library(Scenario.All.Single(scenario => scenario.Name == profiled));
        var times = new List<double>();
        var count = parsed.GetValue(runs);
        for (var run = 1; run <= count; run++)
        {
            times.Add(library.Run());
            if (run == count || run % Math.Max(1, count / 10) == 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{profiled}: run {run} of {count}, "
                    + $"median {new Sample(times).Median:0.000} s, "
                    + $"{Environment.WorkingSet / 1048576.0:0} MiB resident"));
        }
        return 0;
    }
    if (parsed.GetValue(scaling))
    {
        var tables = new Scaling(parsed.GetValue(quick) ? 3 : 7).Run(parsed.GetValue(figures));
        if (parsed.GetValue(json) is { } file) Report.Write(file, tables);
        return 0;
    }
    if (parsed.GetValue(layers))
    {
        Layers.Print(parsed.GetValue(quick) ? 5 : 21);
        return 0;
    }
    if (parsed.GetValue(memory) is { } batch)
    {
        StepMemory.Print(batch);
        return 0;
    }
    var isQuick = parsed.GetValue(quick);
    var names = parsed.GetValue(only) is { Length: > 0 } asked ? asked
        : [.. Scenario.All.Take(isQuick ? 4 : int.MaxValue).Select(s => s.Name)];
    if (names.Except(Scenario.All.Select(s => s.Name)).ToList() is { Count: > 0 } unknown)
    {
        Console.Error.WriteLine($"adr: there is no scenario {string.Join(", ", unknown)}. Choose from "
            + $"{string.Join(", ", Scenario.All.Select(s => s.Name))}.");
        return 2;
    }
    var repeats = isQuick ? 3 : 7;
    var script = Path.Combine(Environment.GetEnvironmentVariable("ADR_ROOT") ?? ".", "tests", "reference",
        "authors_loop.py");
    var references = new List<Reference>();
    try
    {
        if (parsed.GetValue(python) is var path && path != "none")
            references.AddRange([new(path!, script), new(path!, script, oneBlasThread: true)]);
        Console.WriteLine($"library and plain loop: libtorch {TorchSharp.torch.__version__}, "
            + $"{TorchSharp.torch.get_num_threads()} threads; "
            + (references.Count == 0 ? "no PyTorch" : $"PyTorch {references[0].About["torch"]}")
            + $"; {repeats} repeats");
        var report = new Report(Peak.MatrixProduct(), Peak.Convolution());
        foreach (var scenario in Scenario.All.Where(s => names.Contains(s.Name)))
        {
            Console.WriteLine($"{scenario.Name} …");
            report.Add(Comparison.Of(scenario, references, repeats));
        }
        report.Print();
        if (parsed.GetValue(json) is { } target) report.Save(target, repeats);
        return 0;
    }
    catch (Exception missing) when (missing is InvalidOperationException or System.ComponentModel.Win32Exception)
    {
        Console.Error.WriteLine($"adr: {missing.Message}");
        return 5;
    }
    finally
    {
        foreach (var reference in references) reference.Dispose();
    }
});
return command.Parse(args).Invoke();

static Option<int> Number(string name, int value, string description) =>
    new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
