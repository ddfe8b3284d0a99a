using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>A model on a data set, ready to be evaluated: checked once, frozen until disposed, its predictions computed
/// once.</summary>
/// <remarks>Every evaluation takes one: <c>RobustnessReport.Evaluate(evaluator, attacks)</c>,
/// <c>ConfusionMatrix.Evaluate(evaluator, attack)</c> and so on.</remarks>
public sealed class Evaluator : IDisposable
{
    private const double UnmovedThatCount = 0.02; // of the correct examples

    private readonly FrozenModel _frozen;
    private readonly Device _device;
    private readonly CancellationToken _cancellation;
    private readonly Lazy<(long[] Predictions, int ProbabilityRows)> _natural;
    private readonly Lazy<RepeatedAnswers> _repeated;

    /// <summary>Checks that model and data fit, and freezes the model.</summary>
    /// <param name="model">Gives logits [B,K]. It runs in evaluation mode and is afterwards as it was before.</param>
    /// <param name="data">The examples.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <param name="name">The model's name in tables; null for its own.</param>
    /// <param name="cancellation">Stops before the next step of an attack.</param>
    /// <exception cref="ArgumentException">Model, data and options do not fit together.</exception>
    public Evaluator(
        nn.Module<Tensor, Tensor> model,
        Dataset data,
        EvaluationOptions? options = null,
        string? name = null,
        CancellationToken cancellation = default)
    {
        NativeTorch.Load();
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (name is not null) ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Model, Data) = (model, data);
        (Options, Name) = (options ?? new EvaluationOptions(), name ?? ModelFacts.NameOf(model));
        Options.Validate();
        ModelFacts.Check(model, data.ImageShape, data.Classes, data.Name, nameof(data));
        _device = DeviceOf(model, Options.Device);
        _cancellation = HostCancellation.Or(cancellation);
        _natural = new(Predict);
        _repeated = new(() => RepeatedAnswers.Of(this));
        using (NewDisposeScope()) Labels = data.Labels.Values<long>();
        _frozen = new FrozenModel(model);
    }

    /// <summary>The model's name in tables.</summary>
    public string Name { get; }

    /// <summary>The model.</summary>
    public nn.Module<Tensor, Tensor> Model { get; }

    /// <summary>The examples.</summary>
    public Dataset Data { get; }

    /// <summary>How evaluations run.</summary>
    public EvaluationOptions Options { get; }

    /// <summary>Where they run.</summary>
    public string Device => _device.ToString();

    /// <summary>The true class of each example [N].</summary>
    public long[] Labels { get; }

    /// <summary>The predicted class of each clean example [N].</summary>
    /// <exception cref="InvalidOperationException">The model's logits are not finite.</exception>
    public long[] Predictions => _natural.Value.Predictions;

    /// <summary>For each example whether it is classified correctly as it is [N].</summary>
    public bool[] Correct => [.. Predictions.Zip(Labels, (prediction, label) => prediction == label)];

    /// <summary>What the predictions say against the numbers of an evaluation, in sentences; empty where nothing was
    /// seen.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            var notes = new List<string>();
            if (Repeated.Note is { } unstable) notes.Add(unstable);
            if (ProbabilityRows == Labels.Length)
                notes.Add($"Every output of {ModelFacts.NameOf(Model)} lies in [0,1] and sums to 1, so these look "
                    + $"like probabilities and not "
                    + "logits. The attacks' losses are flat on them, and the robust accuracy may be too high. Leave "
                    + "the softmax out of "
                    + "the model.");
            if (Predictions.Distinct().Count() == 1 && Labels.Distinct().Count() > 1)
                notes.Add($"{ModelFacts.NameOf(Model)} predicts class \"{Data.ClassNames[(int)Predictions[0]]}\" for "
                    + $"every example. It may "
                    + "ignore the images, and then its robust accuracy means nothing. GradientMaskingReport.Evaluate "
                    + "tells.");
            return notes;
        }
    }

    /// <summary>Restores the model.</summary>
    public void Dispose() => _frozen.Dispose();

    /// <summary>For how many clean examples the output lies in [0,1] and sums to 1.</summary>
    internal int ProbabilityRows => _natural.Value.ProbabilityRows;

    /// <summary>What the model answers to the same images asked again, whole and in halves.</summary>
    internal RepeatedAnswers Repeated => _repeated.Value;

    /// <summary>To be looked at between the steps of long work.</summary>
    internal CancellationToken Cancellation => _cancellation;

    /// <summary>Throws unless an attack suits the model.</summary>
    internal void Check(Attack attack, string parameter = "attack")
    {
        ArgumentNullException.ThrowIfNull(attack, parameter);
        var name = ModelFacts.NameOf(Model);
        if (attack.Threat.Bounds != ModelFacts.BoundsOf(Model))
            throw new ArgumentException($"{attack} has the box {attack.Threat.Bounds}, but {name} takes pixels in "
                + $"{ModelFacts.BoundsOf(Model)}.", parameter);
        if (attack.NeedsGradient && Model is BlackBox)
            throw new ArgumentException($"{attack.Name} needs the model's gradient, and {name} is a black box. Use a "
                + $"score-based "
                + "attack, Square, SPSA or NES, or a transfer.", parameter);
    }

    /// <summary>The first examples, on the model's device.</summary>
    /// <param name="count">How many at most.</param>
    internal (Tensor Images, Tensor Labels) First(int count)
    {
        count = Math.Min(count, Data.Count);
        return (Data.Images.narrow(0, 0, count).to(_device), Data.Labels.narrow(0, 0, count).to(_device));
    }

    /// <summary>What the attacks say against their own numbers: that they had no gradient to move examples
    /// by.</summary>
    /// <param name="unmoved">Of each attack its name, and how many correct examples it could not move.</param>
    internal IEnumerable<string> NotesOn(IEnumerable<(Attack Attack, int Unmoved)> unmoved)
    {
        var correct = Correct.Count(isCorrect => isCorrect);
        var stuck = unmoved.Where(of => of.Unmoved > UnmovedThatCount * correct).ToList();
        if (stuck.Count == 0 || Predictions.Distinct().Count() == 1 || ProbabilityRows == Labels.Length) yield break;
        var attacks = string.Join(", ", stuck.Select(of => $"{of.Attack.Name} ({of.Unmoved})"));
        var found = $"Of {correct} correct examples some stayed so because the gradient of the attack's loss was "
            + $"exactly zero where it began: {attacks}.";
        var share = (double)stuck.Max(of => of.Unmoved) / correct;
        yield return SanityChecks.HasMarginGradient(this, share)
            ? $"{found} The gradient of the margin is not, so the model is so sure of its answers that the softmax "
                + "rounds to 0 and 1. Attacks on cross-entropy say nothing here: attack with AttackLoss.Dlr or "
                + "AttackLoss.Margin, or with Auto-Attack."
            : $"{found} That of the margin is zero too, as where a model rounds its images, has a step in its forward "
                + "pass, leaves autograd, or has all ReLUs of a layer off. No attack by gradients moves there: take "
                + "the word of score-based attacks, Square or SPSA, or write an adaptive attack.";
    }

    /// <summary>The predicted class of each image [B,C,H,W].</summary>
    internal long[] Predict(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        return Logits(images).argmax(1).Values<long>();
    }

    /// <summary>For each example whether it is correct and stays so under an attack [N].</summary>
    /// <param name="attack">The attack on the correct examples.</param>
    /// <param name="correct">For each example whether it is correct before.</param>
    /// <param name="cost">Adds up what the attack spends.</param>
    /// <param name="images">Takes the adversarial images, if given.</param>
    internal bool[] StayCorrect(Attack attack, bool[] correct, AttackCost cost, AdversarialImages? images = null)
    {
        var robust = (bool[])correct.Clone();
        foreach (var (_, adversarial, positions) in Attacked(attack, correct, cost))
        {
            var predictions = Predict(adversarial);
            for (var i = 0; i < positions.Length; i++) robust[positions[i]] = predictions[i] == Labels[positions[i]];
            cost.CountUnmoved(positions.Select(position => robust[position]));
            images?.Set(positions, adversarial);
        }
        return robust;
    }

    /// <summary>Attacks the examples that <paramref name="wanted"/> selects, all of them where it is null.</summary>
    internal IEnumerable<(Tensor Clean, Tensor Adversarial, long[] Positions)> Attacked(
        Attack attack,
        bool[]? wanted,
        AttackCost cost)
    {
        Check(attack);
        foreach (var (images, labels, positions) in Batches(attack.Name, wanted))
        {
            yield return (images,
                attack.Run(Model, images, labels, SeedsOf(positions), _cancellation, cost), positions);
        }
    }

    /// <summary>The random numbers of some examples. They depend on where an example stands in the data set that
    /// <see cref="Data"/> may be a part of.</summary>
    /// <param name="indices">Of examples of <see cref="Data"/>.</param>
    internal ExampleSeeds SeedsOf(long[] indices) =>
        new(Options.Seed, [.. indices.Select(index => Data.Positions[(int)index])]);

    /// <summary>Selected examples in their order, on the model's device; a batch lives until the next one is asked
    /// for.</summary>
    /// <param name="what">What progress calls it.</param>
    /// <param name="wanted">Which; null for all.</param>
    internal IEnumerable<(Tensor Images, Tensor Labels, long[] Positions)> Batches(string what, bool[]? wanted)
    {
        var positions = Enumerable.Range(0, Data.Count).Where(i => wanted is null || wanted[i]).Select(i => (long)i)
            .ToArray();
        var done = 0;
        foreach (var chunk in positions.Chunk(Options.BatchSize))
        {
            _cancellation.ThrowIfCancellationRequested();
            SafePoint.Pass();
            using var scope = NewDisposeScope();
            var index = tensor(chunk).to(Data.Images.device);
            yield return (Data.Images.index_select(0, index).to(_device), Data.Labels.index_select(0, index)
                .to(_device), chunk);
            done += chunk.Length;
            Options.Progress?.Report(new EvaluationProgress(what, done, positions.Length));
        }
    }

    /// <summary>For each class the share of its examples for which <paramref name="values"/> is true.</summary>
    internal IReadOnlyList<Proportion> PerClass(bool[] values)
    {
        var (successes, totals) = (new int[Data.Classes], new int[Data.Classes]);
        for (var i = 0; i < Labels.Length; i++)
        {
            totals[Labels[i]]++;
            if (values[i]) successes[Labels[i]]++;
        }
        return [.. successes.Zip(totals, (success, total) => new Proportion(success, total))];
    }

    /// <summary>Which outputs are probabilities and not logits [B]; the tolerance is that of Auto-Attack's own
    /// check.</summary>
    /// <param name="logits">[B,K].</param>
    internal static Tensor AreProbabilities(Tensor logits) =>
        logits.amin([1L]).ge(0).logical_and(logits.amax([1L]).le(1)).logical_and((logits.sum(1) - 1).abs().lt(1e-5));

    private (long[], int) Predict()
    {
        var (predictions, probabilities) = (new long[Data.Count], 0);
        foreach (var (images, _, positions) in Batches("natural", null))
        {
            using var noGraph = no_grad();
            var logits = Logits(images);
            probabilities += (int)AreProbabilities(logits).sum().item<long>();
            logits.argmax(1).Values<long>().CopyTo(predictions.AsSpan((int)positions[0]));
        }
        return (predictions, probabilities);
    }

    /// <summary>The logits of images [B,K], in the images' type.</summary>
    /// <exception cref="InvalidOperationException">They are not finite, or not [B,K].</exception>
    internal Tensor Logits(Tensor images) => Finite(ModelFacts.Logits(Model, images), "logits");

    /// <summary>What the model gave, if every number of it is finite.</summary>
    /// <param name="numbers">Any tensor.</param>
    /// <param name="what">What the message calls them.</param>
    /// <exception cref="InvalidOperationException">One is not.</exception>
    internal Tensor Finite(Tensor numbers, string what) => Finite(Model, numbers, what);

    /// <inheritdoc cref="Finite(Tensor, string)"/>
    /// <param name="model">The model.</param>
    /// <param name="numbers">Any tensor.</param>
    /// <param name="what">What the message calls them.</param>
    internal static Tensor Finite(nn.Module<Tensor, Tensor> model, Tensor numbers, string what) =>
        numbers.isfinite().all().item<bool>() ? numbers : throw new InvalidOperationException(
            $"{ModelFacts.NameOf(model)} gave {what} that are not finite. Its weights may have diverged in training.");

    private static Device DeviceOf(nn.Module<Tensor, Tensor> model, string? wanted)
    {
        var actual = model.parameters().FirstOrDefault()?.device ?? CPU;
        if (wanted is null) return actual;
        var asked = new Device(wanted);
        if (asked.type == actual.type
            && (asked.index < 0 || actual.index < 0 || asked.index == actual.index)) return actual;
        throw new ArgumentException($"The evaluation was asked to run on {asked}, but the model is on {actual}. Move "
            + $"it there first: "
            + $"model.to(\"{wanted}\").", nameof(wanted));
    }
}
