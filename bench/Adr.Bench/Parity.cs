using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>This library's side of tests/reference/parity.py: an attack of the same name on the same weights and test
/// points, told in the same words.</summary>
/// <param name="Model">A safetensors file with the network's weights.</param>
/// <param name="Network">"mnist-cnn" or "cifar-cnn".</param>
/// <param name="Epsilon">The radius.</param>
/// <param name="Points">The first so many of the test set.</param>
/// <param name="Attack">One of <see cref="Names"/>, with -linf, -l2 or -l1 behind it for the norm; nothing for
/// L∞.</param>
/// <param name="Seed">The seed of the attack's random numbers.</param>
/// <param name="Batch">Points at a time.</param>
/// <param name="Steps">Of any but Auto-Attack's; null for the reference's own number.</param>
internal sealed record Parity(string Model, string Network, double Epsilon, int Points, string Attack, int Seed,
    int Batch, int? Steps)
{
    private const string NoAttack = "none";

    // A line for each attack, with the settings of its reference: Auto-Attack's version standard, foolbox's defaults.
    // Broken: Auto-Attack too goes on without the points that are broken, from target to target.
    private static readonly Dictionary<string, Func<ThreatModel, int?, Attack>> Attacks = new()
    {
        ["apgd-ce"] = (threat, _) => threat.Norm == Norm.L1
            ? new Apgd(threat, restarts: 5, largerRadii: true, keep: KeptIterate.EarlyStop)
            : new Apgd(threat, keep: KeptIterate.EarlyStop),
        ["apgd-t"] = (threat, _) => threat.Norm == Norm.L1 ? new ApgdTargeted(threat, targets: 5, largerRadii: true,
            keep: KeptIterate.EarlyStop) : new ApgdTargeted(threat, keep: KeptIterate.EarlyStop),
        ["apgd-dlr"] = (threat, _) => new Apgd(threat, AttackLoss.Dlr, keep: KeptIterate.EarlyStop),
        ["square"] = (threat, _) => new Square(threat),
        ["fab-t"] = (threat, _) => new FabTargeted(threat, stopsWithinEpsilon: true),
        ["aa-standard"] = (threat, _) => new AutoAttack(threat),
        ["fab"] = (threat, steps) => new Fab(threat, steps ?? 100),
        ["bb"] = (threat, steps) => new BrendelBethge(threat, steps ?? 1000),
        ["deepfool"] = (threat, steps) => new DeepFool(threat, steps ?? 50),
        ["cw"] = (threat, steps) => new CarliniWagner(threat, steps ?? 1000),
        ["pgd"] = (threat, steps) => threat.Norm == Norm.Linf ? new Pgd(threat, steps ?? 40, threat.Epsilon / 30)
            : new Pgd(threat, steps ?? 50, threat.Epsilon / 40),
        ["mim"] = (threat, steps) => new Mim(threat, steps ?? 10, threat.Epsilon / 5),
    };

    private static readonly Dictionary<string,
        Norm> Norms = new() { ["linf"] = Norm.Linf, ["l2"] = Norm.L2, ["l1"] = Norm.L1 };

    /// <summary>The attacks.</summary>
    internal static IEnumerable<string> Names => Attacks.Keys.Prepend(NoAttack);

    private string Kind => Norms.ContainsKey(LastWord) ? Attack[..Attack.LastIndexOf('-')] : Attack;

    private string NormName => Norms.ContainsKey(LastWord) ? LastWord : "linf";

    private string LastWord => Attack[(Attack.LastIndexOf('-') + 1)..];

    /// <summary>Reads 0.3 or 8/255; null for anything else.</summary>
    internal static double? Radius(string text)
    {
        var parts = text.Split('/');
        var numbers = parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture,
            out var number) ? number : double.NaN).ToArray();
        var radius = numbers.Length switch { 1 => numbers[0], 2 => numbers[0] / numbers[1], _ => double.NaN };
        return double.IsFinite(radius) && radius >= 0 ? radius : null;
    }

    /// <summary>What cannot work, in a sentence; null where all is well.</summary>
    /// <param name="threads">The threads that are asked for, if any are.</param>
    internal string? Problem(int? threads) =>
        !Names.Contains(Kind) ? $"there is no attack \"{Attack}\". Choose from {string.Join(", ", Names)}, with "
            + $"-linf, -l2 or -l1 behind it, or nothing."
        : Points < 1 || Batch < 1 || Steps < 1 || threads < 1 ?
            "--points, --batch, --attack-steps and --threads must be at least 1."
        : Steps is not null
            && Kind is (NoAttack or "apgd-ce" or "apgd-t" or "apgd-dlr" or "square" or "fab-t" or "aa-standard")
            ? $"--attack-steps does not go with {Attack}: Auto-Attack's settings are its own."
        : null;

    /// <summary>Runs the attack and writes what it did.</summary>
    internal void Run(string file)
    {
        using var model = Networks.Load(Model, Network);
        model.eval();
        var (train, test) = Network == "mnist-cnn" ? Mnist.Full() : Cifar10.Load();
        using (train)
        using (test)
        using (var points = test.Take(Points))
            Write(file, model, points);
    }

    private void Write(string file, Classifier model, Dataset points)
    {
        var report = new JsonObject
        {
            ["side"] = "library", ["attack"] = Attack, ["norm"] = NormName, ["network"] = Network,
                ["model"] = Path.GetFileName(Model),
            ["modelSha256"] = Sha256(File.ReadAllBytes(Model)), ["points"] = Points,
                ["pointsSha256"] = Sha256([.. points.Images.contiguous().bytes, .. points.Labels.contiguous().bytes]),
            ["epsilon"] = Epsilon, ["seed"] = Seed, ["batch"] = Batch, ["threads"] = get_num_threads(),
        };
        if (Kind == NoAttack) AddLogits(report, model, points);
        else AddAttack(report, model, points,
            Attacks[Kind](new ThreatModel(Norms[NormName], Epsilon, Bounds.Unit), Steps));

        Report.Write(file, report);
        if (report["robustCount"] is { } robust)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Attack} on {Path.GetFileName(Model)}: "
                + $"{(int)report["naturalCount"]!} of {Points} right, {(int)robust!} robust at {Epsilon:0.####}, "
                + $"{(double)report["seconds"]!:0.0} s"));
    }

    private void AddAttack(JsonObject report, Classifier model, Dataset points, Attack attack)
    {
        var options = new EvaluationOptions { BatchSize = Batch, Seed = Seed };
        bool[] robust;
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        if (attack is MinimumNormAttack nearest)
        {
            using var evaluator = new Evaluator(model, points, options, Network);
            var found = MinimumNormReport.Evaluate(evaluator, nearest);
            robust = [.. found.Distances.Select(distance => distance > Epsilon)];
            report["distances"] = new JsonArray(
                [.. found.Distances.Select(d => double.IsFinite(d) ? JsonValue.Create(d) : null)]);
            (report["seconds"], report["evaluations"]) = (found.Seconds, found.ModelEvaluations);
        }
        else
        {
            var result = Robustness.Evaluate(model, points, [attack], options, name: Network).Attacks[0];
            robust = result.Robust;
            (report["seconds"], report["evaluations"]) = (result.Seconds, result.ModelEvaluations);
        }
        // of all threads: what another program's work disturbs least
        report["cpuSeconds"] = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        AddFlags(report, "natural", Right(model, points));
        AddFlags(report, "robust", robust);
        report["settings"] = JsonSerializer.SerializeToNode(AttackSettings.Of(attack));
        report["versions"] = new JsonObject { ["dotnet"] = Environment.Version.ToString(),
            ["libtorch"] = torch.__version__ };
    }

    private void AddLogits(JsonObject report, Classifier model, Dataset points)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var rows = new JsonArray();
        foreach (var batch in points.Images.split(Batch))
            foreach (var row in model.call(batch).cpu().contiguous().data<float>().ToArray().Chunk(points.Classes))
                rows.Add(new JsonArray([.. row.Select(logit => JsonValue.Create(logit))]));
        report["logits"] = rows;
        AddFlags(report, "natural", Right(model, points));
    }

    private bool[] Right(Classifier model, Dataset points)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var predicted = cat([.. points.Images.split(Batch).Select(batch => model.call(batch).argmax(1))], 0);
        return predicted.eq(points.Labels).data<bool>().ToArray();
    }

    private static void AddFlags(JsonObject report, string name, bool[] flags)
    {
        report[name] = new JsonArray([.. flags.Select(flag => JsonValue.Create(flag))]);
        report[$"{name}Count"] = flags.Count(flag => flag);
    }

    private static string Sha256(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
