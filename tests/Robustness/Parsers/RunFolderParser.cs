using System.Text.Json;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Robustness.Damage;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Robustness.Parsers;

/// <summary>A finished run's folder with one damaged file, to which training comes back.</summary>
internal sealed class RunFolderParser() : Parser("run-folder"), IDisposable
{
    private static readonly Form Settings = new JsonForm(), Lines = new JsonForm(perLine: true),
        Weights = new SafetensorsForm();

    private static readonly string Case = Path.DirectorySeparatorChar + "case";

    private Dataset? points;

    // Files that do not go together name one another.
    internal override string Named(string file) => Case;

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        var run = Path.Combine(folder, "valid");
        Train(run);
        return
        [
            Sample("config.json", Settings), Sample("metrics.jsonl", Lines), Sample("checkpoint.safetensors", Weights),
            Sample("checkpoint.json", Settings), Sample("best.safetensors", Weights),
            Sample("environment.json", Settings),
        ];

        Sample Sample(string file, Form form) => new(file, File.ReadAllBytes(Path.Combine(run, file)), form);
    }

    internal override string Place(string folder, string file, byte[] bytes)
    {
        var run = Path.Combine(folder, "case");
        if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        Directory.CreateDirectory(run);
        foreach (var valid in Directory.GetFiles(Path.Combine(folder, "valid")))
            File.Copy(valid, Path.Combine(run, Path.GetFileName(valid)));
        return base.Place(folder, file, bytes);
    }

    internal override string Read(string path)
    {
        var folder = new RunFolder(Path.GetDirectoryName(path)!);
        var environments = JsonSerializer.Serialize(folder.ReadEnvironments(), Json.Compact);
        return $"{folder.IsFinished} {folder.ReadMetrics().Count} {environments} {Train(folder.FullPath)}";
    }

    // That the settings are others is no damage but what a user's mistake looks like.
    internal override bool Refuses(Exception error) => error is InvalidDataException
        || error is InvalidOperationException && error.Message.Contains("holds a run with other settings");

    public void Dispose() => points?.Dispose();

    private string Train(string folder)
    {
        points ??= ToyPoints.Moons(32);
        using var scope = NewDisposeScope();
        using var model = new ToyMlp(1, hidden: 4);
        var defence = new AdversarialTraining(new Pgd(ThreatModel.Linf(0.05), 2, 0.03));
        var options = new TrainingOptions
        {
            Epochs = 3, BatchSize = 8, Optimizer = new AdamSettings(0.01), ValidationCount = 8, ValidationSteps = 2,
        };
        var history = new Trainer(model, defence, options).Fit(points, folder);
        return JsonSerializer.Serialize(history, Json.Compact) + SafetensorsParser.Text(model.state_dict());
    }
}
