using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Losses;
using Adr.Models;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Experiments;

/// <summary>An experiment: data, network, threat model, and every setting under which defences are trained and
/// evaluated.</summary>
/// <remarks>
/// <see cref="Mnist"/>, <see cref="Cifar10"/> and <see cref="Cifar100"/> give the settings of a budget
/// (<see cref="Presets"/>); every one can be changed by <c>with</c>. Data, network and defences may be your own
/// objects, or names of the library's.
/// </remarks>
public sealed partial record Experiment
{
    /// <summary>The budget that the settings come from.</summary>
    public required Budget Budget { get; init; }

    /// <summary>The data: one of <see cref="DataSets.Names"/>, or your own <see cref="DataSource"/>.</summary>
    public required DataSource DataSet { get; init; }

    /// <summary>The network: one of <see cref="Networks.Architectures"/>, or your own <see cref="NetworkSource"/>. It
    /// gets its number of classes from the data.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>The layer whose output is the latent; null for the network's own choice. Default
    /// null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LatentLayer { get; init; }

    /// <summary>The network's dropout; null for its own, which is the authors' 0.5 in the plain CNNs. Default
    /// null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Dropout { get; init; }

    /// <summary>How many training images, from the first on; those held out for validation come on top.</summary>
    public required int TrainCount { get; init; }

    /// <summary>How many images are held out of training to choose the epoch.</summary>
    public required int ValidationCount { get; init; }

    /// <summary>How many test images, from the first on.</summary>
    public required int TestCount { get; init; }

    /// <summary>Passes over the training images.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images per step. Default 128, the authors'.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Whether training images are cropped and mirrored (<see cref="CropAndFlip"/>). Default false; true on
    /// CIFAR.</summary>
    public bool Augment { get; init; }

    /// <summary>Steps of the training attack.</summary>
    public required int AttackSteps { get; init; }

    /// <summary>Their size, for images in [0,1].</summary>
    public required double StepSize { get; init; }

    /// <summary>The norm of the threat model, in training and in evaluation. Default L∞.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Norm Norm { get; init; }

    /// <summary>The radius ε of the threat model, for images in [0,1], in training and in evaluation.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Norm and radius in the box [0,1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is negative, or above 1 under L∞.</exception>
    [JsonIgnore]
    public ThreatModel Threat => Norm == Norm.Linf ? ThreatModel.Linf(Epsilon) : new(Norm, Epsilon, Bounds.Unit);

    /// <summary>Over how many epochs the training attack's ε grows to its full size. Default 0.</summary>
    public int EpsilonWarmupEpochs { get; init; }

    /// <summary>Default SGD 0.01 with momentum 0.9, the authors' on MNIST.</summary>
    public OptimizerSettings Optimizer { get; init; } = new SgdSettings();

    /// <summary>After how many epochs the learning rate falls to a tenth. Default none.</summary>
    public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>See <see cref="TrainingOptions.CyclicPeak"/>; FGSM-RS's source has 0.5. Default null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CyclicPeak { get; init; }

    /// <summary>The weights of ADR's terms. Default: all 1 but global smoothness 0; nothing is detached.</summary>
    public CompactnessWeights Weights { get; init; } = new();

    /// <summary>See <see cref="TrainingOptions.TermWarmupEpochs"/>. Default 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TermWarmupEpochs { get; init; }

    /// <summary>What ADV's two cross-entropies are multiplied by. Default 1, as in the authors' PyTorch code; their
    /// TensorFlow code has 0.5.</summary>
    public double CrossEntropyWeight { get; init; } = 1;

    /// <summary>TRADES' β. Default 1, as in TRADES' own MNIST code; 6, its CIFAR code's, in the smaller budgets on
    /// CIFAR.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>MART's β. Default 5, its source's.</summary>
    public double MartBeta { get; init; } = 5;

    /// <summary>AWP's γ; null for its source's, 0.005 on TRADES and 0.01 elsewhere. Default null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AwpSize { get; init; }

    /// <summary>How often Free repeats each batch. Default 8, its source's.</summary>
    public int Replays { get; init; } = 8;

    /// <summary>Decides initial weights, order, noise and which images are held out. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>"cpu", "cuda" or "cuda:N". Default "cpu".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What models are evaluated by; no training depends on it.</summary>
    public required EvaluationPlan Evaluation { get; init; }

    /// <summary>The attacks on every test image; null for FGSM and the PGD of <see cref="Evaluation"/>. Default
    /// null.</summary>
    [JsonIgnore]
    public IReadOnlyList<Attack>? Attacks { get; init; }

    /// <summary>Where run folders are made; by default <c>$ADR_RUNS</c>, else <c>artifacts/runs</c> under the current
    /// directory.</summary>
    public string? RunsFolder { get; init; }

    /// <summary>Where synthetic images substitute for a data set that this machine lacks: which, and how to get it.
    /// Null where the images are real.</summary>
    [JsonIgnore]
    public string? SyntheticSubstitute { get; internal init; }

    /// <summary>The four defences that the notebooks compare, in the order of their tables.</summary>
    public static IReadOnlyList<string> DefenceNames { get; } = ["ADV", "ADR-ADV", "TRADES", "ADR-TRADES"];

    /// <inheritdoc cref="Presets.Mnist"/>
    public static Experiment Mnist(Budget budget, long seed = 1, string device = "auto") =>
        Presets.Mnist(budget, seed, device);

    /// <inheritdoc cref="Presets.Cifar10"/>
    public static Experiment Cifar10(
        Budget budget,
        long seed = 1,
        string device = "auto",
        string? network = null) =>
        Presets.Cifar10(budget, seed, device, network);

    /// <inheritdoc cref="Presets.Cifar100"/>
    public static Experiment Cifar100(
        Budget budget,
        long seed = 1,
        string device = "auto",
        string network = "cifar-100-cnn") =>
        Presets.Cifar100(budget, seed, device, network);

    /// <inheritdoc cref="Presets.Toy"/>
    public static Experiment Toy(string points, Budget budget, long seed = 1, string device = "auto") =>
        Presets.Toy(points, budget, seed, device);

    /// <summary>The images: those for training, the held-out ones included, and those for the test. The caller disposes
    /// both.</summary>
    /// <exception cref="ArgumentException">There are fewer images than the settings ask for.</exception>
    /// <exception cref="IOException">The data set is not on this machine; the message says how to get it.</exception>
    public (Dataset Train, Dataset Test) Load()
    {
        var (train, test) = DataSet.Load();
        using (train)
        using (test)
        {
            if (TrainCount + ValidationCount > train.Count || TestCount > test.Count)
                throw new ArgumentException($"{DataSet} has {train.Count} training and {test.Count} test images here; "
                    + $"{TrainCount} to train "
                    + $"on, {ValidationCount} to hold out and {TestCount} to test on are more than that.");
            return (train.Take(TrainCount + ValidationCount), test.Take(TestCount));
        }
    }

    /// <summary>The first test images. The caller disposes them.</summary>
    /// <param name="count">How many, at least 1; null for all of <see cref="TestCount"/>, which is also the
    /// most.</param>
    public Dataset HeldOut(int? count = null)
    {
        var (train, test) = Load();
        using (train)
        using (test)
            return test.Take(Math.Min(count ?? test.Count, test.Count));
    }

    /// <summary>A defence by its name, under these settings (<see cref="Defences"/>).</summary>
    /// <param name="name">Such as "ADV", "ADR-TRADES" or "ADV-AWP".</param>
    /// <exception cref="ArgumentException">No defence has this name, or its settings cannot work.</exception>
    public Defence Defence(string name) => Defences.Create(name, this);

    /// <inheritdoc cref="Train(Training.Defence, IProgress{TrainingProgress}, CancellationToken)"/>
    public TrainedModel Train(
        string defence,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Train(Defence(defence), progress, cancellation);

    /// <summary>Trains a new network under a defence, resumes an interrupted run, or loads a finished one.</summary>
    /// <param name="defence">The defence, or its name.</param>
    /// <param name="progress">See <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellation">See <see cref="Trainer.Fit"/>.</param>
    public TrainedModel Train(
        Defence defence,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(defence);
        var (train, test) = Load();
        using (train)
        using (test)
        {
            var model = NewNetwork(train.Classes);
            var folder = FolderOf(defence);
            var history = new Trainer(model, defence, Options()).Fit(train, folder, progress, cancellation);
            return new TrainedModel(defence.Name, model, history, folder, history.Seconds) {
                DefenceSettings = defence.Describe() };
        }
    }

    /// <inheritdoc cref="FolderOf(Training.Defence)"/>
    public RunFolder FolderOf(string defence) => FolderOf(Defence(defence));

    /// <summary>The run folder of a defence: <c>DATA-NETWORK-BUDGET-DEFENCE-seedN-HASH</c>. Other settings give another
    /// hash and another folder; but settings of other defences make no difference, so that ADV is trained once for any
    /// weights of ADR's terms.</summary>
    /// <param name="defence">The defence, or its name.</param>
    public RunFolder FolderOf(Defence defence)
    {
        ArgumentNullException.ThrowIfNull(defence);
        var root = RunsFolder ?? (Environment.GetEnvironmentVariable("ADR_RUNS") is { Length: > 0 } set
            ? set
            : Path.Combine("artifacts", "runs"));
        var options = Options() with { TermWarmupEpochs = defence.Weights is null ? 0 : TermWarmupEpochs };
        var all = JsonSerializer.Serialize(
            new { DataSet, Network, LatentLayer, Dropout, TrainCount, Options = options, Defence = defence.Describe() },
            Json.Compact);
        var name = $"{DataSet}-{Network}-{Budget}-{defence.Name}-seed{Seed}-{Hash(all)}";
        return new RunFolder(Path.Combine(root, name.ToLowerInvariant()));
    }

    /// <summary>The attacks on every test image: FGSM and PGD, unless <see cref="Attacks"/> names others.</summary>
    public IReadOnlyList<Attack> EvaluationAttacks() => Attacks ??
        [new Fgsm(Threat), new Pgd(Threat, Evaluation.PgdSteps, Evaluation.PgdStepSize, keep: KeptIterate.EarlyStop)];

    /// <summary>The last and strongest of <see cref="EvaluationAttacks"/>.</summary>
    public Attack StrongestAttack() => EvaluationAttacks()[^1];

    /// <summary>The attacks on the first test images only, with how many; Auto-Attack is not among them.</summary>
    public IReadOnlyList<(Attack Attack, int Count)> CostlyAttacks()
    {
        var (threat, plan) = (Threat, Evaluation);
        (Func<Attack> Attack, int Count)[] all =
        [
            (() => new MultiTargetedPgd(threat, plan.MultiTargetedSteps, Epsilon / 4, keep: KeptIterate.EarlyStop), plan
                .MultiTargetedCount),
            (() => new BrendelBethge(threat, plan.BrendelBethgeSteps), plan.BrendelBethgeCount),
            (() => new Spsa(threat, plan.SpsaSteps, plan.SpsaSamples), plan.SpsaCount),
        ];
        return [.. all.Where(one => one.Count > 0).Select(one => (one.Attack(), one.Count))];
    }

    /// <summary>Evaluates a trained model by everything of <see cref="Evaluation"/>. What is in the run folder already
    /// is not done again, and an interrupted Auto-Attack resumes.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    /// <exception cref="ArgumentException">An attack is to run on more images than the test has.</exception>
    /// <exception cref="InvalidDataException">A file of the run folder is damaged, or is of other weights
    /// or test images.</exception>
    public ModelResult Evaluate(
        TrainedModel trained,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        CheckCounts();
        var path = ResultPath(trained.Folder);
        if (File.Exists(path) && Json.Read<ModelResult>(path) is var known)
        {
            CheckIsOf(trained, known.Report, path);
            return known;
        }
        var began = RunEnvironment.Here(Device);
        var result = new ModelResult(trained.Defence, EvaluateOnAll(trained, progress, cancellation), trained.Seconds,
            trained.History.BestEpoch, AutoAttack(trained, progress, cancellation))
        {
            Costly = [.. CostlyAttacks().Select(
                one => Evaluate(trained, one.Attack, one.Count, progress, cancellation))],
            DefenceSettings = trained.DefenceSettings,
            Environment = began.ContinuedBy(RunEnvironment.Here(Device)),
            TrainedWith = trained.Folder.ReadEnvironments(),
        };
        Json.Write(path, result);
        return result;
    }

    /// <summary>The result of a defence, if
    /// <see cref="Evaluate(TrainedModel, IProgress{EvaluationProgress}, CancellationToken)"/> has made it: read from
    /// the run folder, without the network. Null where it is missing.</summary>
    /// <param name="defence">A name that <see cref="Defence"/> knows.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public ModelResult? Result(string defence) => Result(Defence(defence));

    /// <inheritdoc cref="Result(string)"/>
    public ModelResult? Result(Defence defence) =>
        ResultPath(FolderOf(defence)) is var path && File.Exists(path) ? Json.Read<ModelResult>(path) : null;

    /// <summary>Attacks a trained model on every test image by <see cref="EvaluationAttacks"/>. What is in the run
    /// folder already is not done again.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    public RobustnessReport EvaluateOnAll(TrainedModel trained, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return RobustnessReport.Together(
            [.. EvaluationAttacks().Select(attack => Evaluate(trained, attack, TestCount, progress, cancellation))]);
    }

    /// <summary>Auto-Attack, standard, on the first test images; null where
    /// <see cref="EvaluationPlan.AutoAttackCount"/> is 0.</summary>
    /// <remarks>Its state is kept in the run folder, so that an interrupted run resumes and a finished one is not
    /// repeated.</remarks>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="progress">Told after every batch; null for nobody.</param>
    /// <param name="cancellation">Stops within an attack.</param>
    /// <exception cref="ArgumentException">There are not so many test images.</exception>
    public AutoAttackReport? AutoAttack(TrainedModel trained, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        CheckCounts();
        if (Evaluation.AutoAttackCount == 0) return null;
        var norm = Norm == Norm.Linf ? "" : $"{Norm.ToString().ToLowerInvariant()}-";
        var state = trained.Folder.File(string.Create(CultureInfo.InvariantCulture,
            $"autoattack-{Evaluation.AutoAttackCount}-{norm}epsilon{Epsilon:0.######}.json"));
        return On(trained, Evaluation.AutoAttackCount, evaluator =>
            AutoAttackReport.Evaluate(evaluator, new AutoAttack(Threat), state), progress, cancellation);
    }

    /// <summary>A model's robust accuracy over ε, under <see cref="StrongestAttack"/> scaled to each ε. This and the
    /// other diagnostics use the first <see cref="EvaluationPlan.DiagnosticsCount"/> test images.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="epsilons">Radii ≥ 0; ε = 0 is the natural accuracy.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public RobustnessCurve Curve(
        TrainedModel trained,
        IReadOnlyList<double> epsilons,
        CancellationToken cancellation = default) =>
        Diagnose(trained, evaluator => RobustnessCurve.Evaluate(evaluator, StrongestAttack(), epsilons), cancellation);

    /// <summary>The latents of test images, clean and under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <param name="projection">How they are laid out. Default: by principal components.</param>
    public LatentExamples Latents(TrainedModel trained, CancellationToken cancellation = default,
        Projection projection = Projection.PrincipalComponents) =>
        Diagnose(trained, evaluator => LatentExamples.Evaluate(evaluator, StrongestAttack(), projection), cancellation);

    /// <summary>Which class a model predicts for which, on test images under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public ConfusionMatrix Confusion(TrainedModel trained, CancellationToken cancellation = default) =>
        Diagnose(trained, evaluator => ConfusionMatrix.Evaluate(evaluator, StrongestAttack()), cancellation);

    /// <summary>How far <see cref="StrongestAttack"/> moves test images at each depth of a network in named
    /// layers.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">The network has no named layers.</exception>
    public DepthDivergence Depth(TrainedModel trained, CancellationToken cancellation = default) =>
        Diagnose(trained, evaluator => DepthDivergence.Evaluate(evaluator, StrongestAttack()), cancellation);

    /// <summary>How confident a model is on test images, clean and under <see cref="StrongestAttack"/>.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    public PredictionConfidence Confidence(TrainedModel trained, CancellationToken cancellation = default) =>
        Diagnose(trained, evaluator => PredictionConfidence.Evaluate(evaluator, StrongestAttack()), cancellation);

    /// <summary>The gradients of the cross-entropy of the first test images, with respect to image and
    /// latent.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="count">How many images, at least 1; all where the test has fewer. Default 8: as many as a picture
    /// shows.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">The network gives no latent.</exception>
    public LossGradients Gradients(
        TrainedModel trained, int count = 8, CancellationToken cancellation = default) =>
        On(trained, count, LossGradients.Evaluate, null, cancellation);

    /// <summary>What a model predicts at every place of the plane, and what <see cref="StrongestAttack"/> does to the
    /// test points.</summary>
    /// <param name="trained">What <c>Train</c> gave.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">The data are no points in the plane.</exception>
    public DecisionRegions Regions(TrainedModel trained, CancellationToken cancellation = default) =>
        Diagnose(trained, evaluator => DecisionRegions.Evaluate(evaluator, StrongestAttack()), cancellation);

    /// <summary>What keeps a training or its evaluation from starting, one line for each problem; empty where nothing
    /// does. Loads the data set.</summary>
    /// <param name="defences">The defences that are to be trained.</param>
    public IReadOnlyList<string> Problems(IReadOnlyList<string> defences)
    {
        ArgumentNullException.ThrowIfNull(defences);
        var problems = new List<string>();
        foreach (var defence in defences) Try(() => Defence(defence));
        Try(() => DeviceName.Resolve(Device));
        Try(() => Options().Validate());
        Try(CheckCounts);
        Try(() => { EvaluationAttacks(); CostlyAttacks(); });
        Try(CheckData);
        return [.. problems.Distinct()];

        void Try(Action check)
        {
            try
            {
                check();
            }
            catch (Exception problem) when (problem is ArgumentException or IOException or InvalidDataException)
            {
                problems.Add(problem.Message);
            }
        }
    }

    private void CheckData()
    {
        if (DataSet.Missing() is { } missing)
            throw new FileNotFoundException($"{DataSet} is not complete here: {missing}");
        var (train, test) = Load();
        using (train)
        using (test)
        using (var model = NewNetwork(train.Classes))
            ModelFacts.Check(model, train.ImageShape, train.Classes, train.Name);
    }

    private void CheckCounts()
    {
        var plan = Evaluation;
        var most = new[] { plan.MultiTargetedCount, plan.BrendelBethgeCount, plan.SpsaCount, plan.AutoAttackCount }
            .Max();
        if (most > TestCount)
            throw new ArgumentException(
                $"{most} images for a costly attack are more than the {TestCount} of the test.");
    }

    internal TrainingOptions Options() => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = Optimizer,
        Milestones = Milestones,
        CyclicPeak = CyclicPeak,
        EpsilonWarmupEpochs = EpsilonWarmupEpochs,
        TermWarmupEpochs = TermWarmupEpochs,
        Augmentation = Augment ? new CropAndFlip() : null,
        Seed = Seed,
        ValidationCount = ValidationCount,
        Device = Device,
    };

    private nn.Module<Tensor, Tensor> NewNetwork(int classes)
    {
        var model = Network.Create(classes, Seed, Dropout);
        if (LatentLayer is null) return model;
        if (model is not StagedClassifier staged)
            throw new ArgumentException($"{Network} has no named layers, so LatentLayer cannot be chosen.");
        staged.LatentLayer = LatentLayer;
        return model;
    }

    // one attack on the first images, kept in the run folder
    private RobustnessReport Evaluate(
        TrainedModel trained,
        Attack attack,
        int count,
        IProgress<EvaluationProgress>? progress,
        CancellationToken cancellation)
    {
        var name = NoWord().Replace(attack.Name.ToLowerInvariant(), "");
        var path = trained.Folder.File($"{name}-{count}-{Hash(AttackSettings.Whole(attack))}.json");
        if (File.Exists(path) && RobustnessReport.Load(path) is var known)
        {
            CheckIsOf(trained, known, path);
            if ((known.Examples, known.Seed) != (count, Seed))
                throw new InvalidDataException($"{path} is of {known.Examples} examples with seed {known.Seed}, and "
                    + $"not of {count} with seed {Seed}. Delete it to evaluate again.");
            return known;
        }
        var report = On(trained, count, evaluator => RobustnessReport.Evaluate(evaluator, [attack]), progress,
            cancellation);
        report.Save(path);
        return report;
    }

    // of these weights and these images, where the report says of which it is
    private void CheckIsOf(TrainedModel trained, RobustnessReport report, string path)
    {
        if (report.Weights is { } weights && weights != Fingerprint.Of(trained.Model))
            throw new InvalidDataException($"{path} is of other weights than those of {trained.Folder.BestPath}. "
                + "Delete it to evaluate again.");
        if (report.Data is null) return;
        using var data = HeldOut(report.Examples);
        if (report.Data != Fingerprint.Of(data))
            throw new InvalidDataException($"{path} is of other test images or labels than the first "
                + $"{report.Examples} of {data.Name}. Delete it to evaluate again.");
    }

    private T Diagnose<T>(TrainedModel trained, Func<Evaluator, T> evaluate, CancellationToken cancellation) =>
        On(trained, Evaluation.DiagnosticsCount, evaluate, null, cancellation);

    private T On<T>(
        TrainedModel trained,
        int count,
        Func<Evaluator, T> evaluate,
        IProgress<EvaluationProgress>? progress,
        CancellationToken cancellation)
    {
        using var data = HeldOut(count);
        var options = new EvaluationOptions { Seed = Seed, Progress = progress };
        using var evaluator = new Evaluator(trained.Model, data, options, trained.Defence, cancellation);
        return evaluate(evaluator);
    }

    /// <summary>The file of a result. It is named by what the attacks are, so that a result of other attacks is not
    /// taken for this one's.</summary>
    internal string ResultPath(RunFolder folder)
    {
        string[] attacks =
        [
            .. EvaluationAttacks().Select(AttackSettings.Whole),
            .. CostlyAttacks().Select(one => $"{one.Count}: {AttackSettings.Whole(one.Attack)}"),
        ];
        var all = JsonSerializer.Serialize(new { TestCount, Attacks = attacks, Evaluation.AutoAttackCount },
            Json.Compact);
        return folder.File($"result-{Hash(all)}.json");
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoWord();
}
