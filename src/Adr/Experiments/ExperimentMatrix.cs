using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Evaluation;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>A matrix of runs: every defence under every experiment with every seed.</summary>
/// <remarks>Each run has its own folder, so that finished runs are not run again, and a table is filled cell by cell,
/// by one process or by many.</remarks>
public sealed record ExperimentMatrix
{
    // a setting that does not exist is an error, not an omission
    private static readonly JsonSerializerOptions Strict = new(Json.Strict)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
    };

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    /// <summary>The experiments by the name that tables give them; their own seeds do not count.</summary>
    public required IReadOnlyDictionary<string, Experiment> Experiments { get; init; }

    /// <summary>Names that <see cref="Experiment.Defence"/> knows.</summary>
    public required IReadOnlyList<string> Defences { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>All runs: by experiment, then by seed, then by defence, so that a table's first rows are complete
    /// first.</summary>
    public IReadOnlyList<SweepRun> Runs =>
        [.. from experiment in Experiments.Values from seed in Seeds from defence in Defences select new SweepRun(
            experiment with { Seed = seed },
            defence)];

    /// <summary>Throws unless every run can begin: nothing has run then.</summary>
    /// <exception cref="ArgumentException">Lists every problem of every cell.</exception>
    public void Validate()
    {
        var problems = Problems();
        if (problems.Count > 0)
            throw new ArgumentException($"The matrix cannot be run:\n  {string.Join("\n  ", problems)}");
    }

    /// <summary>What keeps runs from beginning, one line for each problem; none is good. Loads every data set
    /// once.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Experiments.Count == 0) problems.Add("There is no experiment.");
        if (Defences.Count == 0) problems.Add("There is no defence.");
        if (Seeds.Count == 0) problems.Add("There is no seed.");
        foreach (var twice in Twice(Defences).Concat(Twice(Seeds.Select(seed => $"seed {seed}"))))
            problems.Add($"{twice} is there twice.");
        foreach (var (name, experiment) in Experiments)
            foreach (var problem in experiment.Problems(Defences)) problems.Add($"{name}: {problem}");
        var same = Experiments
            .GroupBy(pair => string.Join('\n', Defences.Select(defence => ResultPath(pair.Value, defence))))
            .FirstOrDefault(group => group.Key.Trim().Length > 0 && group.Count() > 1);
        if (same is not null)
            problems.Add($"{string.Join(" and ", same.Select(pair => pair.Key))} are the same runs.");
        return problems;
    }

    // null where the defence or the settings are wrong, which is among the problems already
    private static string? ResultPath(Experiment experiment, string defence)
    {
        try
        {
            return new SweepRun(experiment, defence).ResultPath;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Twice(IEnumerable<string> names) =>
        names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);

    /// <summary>Reads a matrix from a JSON file.</summary>
    /// <remarks>
    /// <c>{ "experiments": { NAME: { "of": "mnist", "budget": "desktop", … } }, "defences": ["ADV", …], "seeds": [1,
    /// …], "device": "auto" }</c>, where "of" is mnist, cifar-10, cifar-100, moons, circles or blobs, and what
    /// follows are properties of <see cref="Experiment"/> that differ from the budget's, nested ones too: <c>"epochs":
    /// 20, "weights": { "confidence": 0 }</c>. Comments are allowed.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="runsFolder">See <see cref="Experiment.RunsFolder"/>.</param>
    /// <exception cref="InvalidDataException">The file is no such JSON; the message says what is wrong with
    /// it.</exception>
    public static ExperimentMatrix Load(string path, string? runsFolder = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var text = Json.ReadText(path);
        try
        {
            var file = Json.To<Matrix>(Json.ParseObject(text, "it", out _, Lenient), "it", Strict);
            var (experiments, problems) = (new Dictionary<string, Experiment>(), new List<string>());
            foreach (var (name, changes) in file.Experiments as JsonObject
                ?? throw new InvalidDataException("\"experiments\" must be an object: a name and settings for each."))
            {
                try
                {
                    experiments[name] = Read(changes, file.Device ?? "auto") with { RunsFolder = runsFolder };
                }
                catch (Exception problem) when (problem is InvalidDataException or ArgumentException)
                {
                    problems.Add($"experiment \"{name}\": {problem.Message}");
                }
            }
            // a table would count them as several
            problems.AddRange(Twice(file.Defences).Concat(Twice(file.Seeds.Select(seed => $"seed {seed}")))
                .Select(twice => $"{twice} is there twice."));
            if (problems.Count > 0) throw new InvalidDataException(string.Join("\n  ", problems));
            return new ExperimentMatrix { Experiments = experiments, Defences = file.Defences, Seeds = file.Seeds };
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"{path} is no matrix of experiments: {problem.Message}", problem);
        }
    }

    private static Experiment Read(JsonNode? given, string device)
    {
        var changes = given?.DeepClone() as JsonObject ?? throw new InvalidDataException(
            $"it is {given?.ToJsonString(Json.Compact) ?? "null"}; expected an object with settings.");
        if (changes.Remove("judgement", out var plan)) changes["evaluation"] = plan; // its name before format 2
        var of = Text("of") ?? throw new InvalidDataException(
            $"\"of\" is missing: one of {string.Join(", ", Presets.All.Keys)}.");
        var budgetName = Text("budget")
            ?? throw new InvalidDataException("\"budget\" is missing: smoke, quick, desktop or paper.");
        if (!Enum.TryParse<Budget>(budgetName, ignoreCase: true, out var budget)
            || !Enum.GetNames<Budget>().Contains(budgetName, StringComparer.OrdinalIgnoreCase))
            throw new InvalidDataException($"\"budget\" is \"{budgetName}\"; expected smoke, quick, desktop or paper.");
        var network = Text("network");
        changes.Remove("of");
        changes.Remove("budget");
        if (!Presets.All.TryGetValue(of, out var preset))
            throw new InvalidDataException($"\"of\" is \"{of}\"; expected {string.Join(", ", Presets.All.Keys)}.");
        var settings = preset(budget, device, network);
        var merged = JsonSerializer.SerializeToNode(settings, Strict)!.AsObject();
        Merge(merged, changes);
        return Json.To<Experiment>(merged, "it", Strict) with { SyntheticSubstitute = settings.SyntheticSubstitute };

        string? Text(string key) => !changes.TryGetPropertyValue(key, out var value) ? null
            : value is JsonValue only && only.TryGetValue<string>(out var text) && text.Length > 0 ? text
            : throw new InvalidDataException(
                $"\"{key}\" is {value?.ToJsonString(Json.Compact) ?? "null"}; expected a name.");
    }

    private static void Merge(JsonObject into, JsonObject changes)
    {
        foreach (var (key, value) in changes)
        {
            // names are read whatever their case
            var known = into.FirstOrDefault(
                member => string.Equals(member.Key, key, StringComparison.OrdinalIgnoreCase)).Key ?? key;
            if (value is JsonObject inner && into[known] is JsonObject there
                && !inner.ContainsKey("kind")) Merge(there, inner);
            else into[known] = value?.DeepClone();
        }
    }

    private sealed record Matrix(
        JsonNode Experiments,
        IReadOnlyList<string> Defences,
        IReadOnlyList<long> Seeds,
        string? Device = null);
}

/// <summary>One run of a matrix: a defence under an experiment's settings, its seed among them.</summary>
/// <param name="Experiment">The settings.</param>
/// <param name="Defence">A name that <see cref="Experiment.Defence"/> knows.</param>
public sealed record SweepRun(Experiment Experiment, string Defence)
{
    private const string Evaluated = "evaluated";

    /// <summary>The run's folder.</summary>
    public RunFolder Folder => Experiment.FolderOf(Defence);

    /// <summary>The file of its result. Runs whose training is the same share a folder, and have results of their own
    /// where they are evaluated differently.</summary>
    public string ResultPath => Experiment.ResultPath(Folder);

    /// <summary>Its result, if it has been trained and evaluated; null where it is missing.</summary>
    public ModelResult? Result() => Experiment.Result(Defence);

    /// <summary>What it costs, by count.</summary>
    public ComputeEstimate Estimate() => ComputeEstimate.Of(Experiment, Defence);

    /// <summary>The speed of the epochs that are trained, in 10¹² floating-point operations a second; null where there
    /// are none.</summary>
    /// <param name="estimate">What <see cref="Estimate"/> gave.</param>
    /// <exception cref="InvalidDataException">The run's metrics are damaged.</exception>
    public double? Teraflops(ComputeEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        var epochs = Folder.ReadMetrics();
        return epochs.Count == 0
            ? null
            : estimate.Training * epochs.Count / Experiment.Epochs / epochs.Sum(epoch => epoch.Seconds) / 1e12;
    }

    /// <summary>Its state: "missing", "trained" or "evaluated", or "epoch 3 of 40"; "damaged" where a file of its
    /// folder cannot be read.</summary>
    public string State()
    {
        try
        {
            if (Result() is not null) return Evaluated;
            var folder = Folder;
            if (folder.IsFinished) return "trained";
            return folder.ReadMetrics().Count is > 0 and var epochs
                ? $"epoch {epochs} of {Experiment.Epochs}"
                : "missing";
        }
        catch (InvalidDataException)
        {
            return "damaged"; // to run it, or to read its result, says which file and why
        }
    }

    /// <summary>Whether nothing is left to do, and the result can be read.</summary>
    public bool IsEvaluated => State() == Evaluated;

    /// <summary>Trains and evaluates, or resumes where it was interrupted; the network is freed afterwards.</summary>
    /// <param name="training">See <see cref="Trainer.Fit"/>.</param>
    /// <param name="evaluation">Told after every batch of an attack.</param>
    /// <param name="cancellation">Stops it; the folder keeps what was done.</param>
    public ModelResult Run(
        IProgress<TrainingProgress>? training = null,
        IProgress<EvaluationProgress>? evaluation = null,
        CancellationToken cancellation = default)
    {
        if (Result() is { } result) return result;
        var trained = Experiment.Train(Defence, training, cancellation);
        using var model = trained.Model;
        return Experiment.Evaluate(trained, evaluation, cancellation);
    }

    /// <summary>"ADR-ADV on mnist, seed 3".</summary>
    public override string ToString() => $"{Defence} on {Experiment.DataSet}, seed {Experiment.Seed}";
}
