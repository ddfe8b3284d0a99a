using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>A model before a data set: checked once, held still while it is evaluated.</summary>
internal sealed class Subject : IDisposable
{
    private readonly StillModel _still;
    private readonly Device _device;

    internal Subject(Classifier model, Dataset data, EvaluationOptions? options, IEnumerable<Attack> attacks)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(attacks);
        (Model, Data, Options) = (model, data, options ?? new EvaluationOptions());
        Options.Validate();
        if (data.Classes != model.Classes)
            throw new ArgumentException($"{model.Architecture} knows {model.Classes} classes, but {data.Name} has {data.Classes}.", nameof(data));
        if (!data.ImageShape.SequenceEqual(model.InputShape))
            throw new ArgumentException($"{model.Architecture} takes images [{string.Join(",", model.InputShape)}], but those of {data.Name} are [{string.Join(",", data.ImageShape)}].", nameof(data));
        foreach (var attack in attacks)
        {
            if (attack is null) throw new ArgumentException("There is a null among the attacks.", nameof(attacks));
            if (attack.Threat.Bounds != model.Bounds)
                throw new ArgumentException($"{attack} has the box {attack.Threat.Bounds}, but {model.Architecture} takes pixels in {model.Bounds}.", nameof(attacks));
            if (attack.NeedsGradient && model is BlackBox)
                throw new ArgumentException($"{attack.Name} needs the model's gradient, and {model.Architecture} is a black box. Take an attack by answers alone: Square, SPSA, NES, or a transfer.", nameof(attacks));
        }
        _device = DeviceOf(model, Options.Device);
        _still = new StillModel(model);
    }

    internal Classifier Model { get; }

    internal Dataset Data { get; }

    internal string DeviceName => _device.ToString();

    internal EvaluationOptions Options { get; }

    /// <summary>For how many clean images the last <see cref="Predictions"/> met an answer in [0,1] that sums to 1.</summary>
    internal int ProbabilityRows { get; private set; }

    /// <summary>The predicted class of every clean image.</summary>
    internal long[] Predictions(CancellationToken cancellation)
    {
        var predictions = new long[Data.Count];
        ProbabilityRows = 0;
        foreach (var (images, _, positions) in Batches("natural", null, cancellation))
        {
            using var noGraph = no_grad();
            var logits = Logits(images);
            ProbabilityRows += (int)AreProbabilities(logits).sum().item<long>();
            Classes(logits).CopyTo(predictions.AsSpan((int)positions[0]));
        }
        return predictions;
    }

    /// <summary>The predicted class of each image [B,C,H,W].</summary>
    internal long[] Predict(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        return Classes(Logits(images));
    }

    /// <summary>For each point whether it is right and stays right under an attack.</summary>
    /// <param name="attack">The attack on the points that are right.</param>
    /// <param name="right">For each point whether it is right as it is.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="cost">To be counted on.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <param name="images">Takes the adversarial images, if given.</param>
    internal bool[] StayRight(Attack attack, bool[] right, long[] labels, AttackCost cost, CancellationToken cancellation, AdversarialImages? images = null)
    {
        var robust = (bool[])right.Clone();
        foreach (var (_, adversarial, _, positions) in Attacked(attack, right, cost, cancellation))
        {
            var predictions = Predict(adversarial);
            for (var i = 0; i < positions.Length; i++) robust[positions[i]] = predictions[i] == labels[positions[i]];
            images?.Set(positions, adversarial);
        }
        return robust;
    }

    /// <summary>The distances of the nearest adversarial images of the points that <paramref name="wanted"/> selects, by batches.</summary>
    internal IEnumerable<(double[] Distances, long[] Positions)> Nearest(MinimumNormAttack attack, bool[] wanted, AttackCost cost, CancellationToken cancellation)
    {
        foreach (var (images, labels, positions) in Batches(attack.Name, wanted, cancellation))
        {
            var nearest = attack.Find(Model, images, labels, new PointSeeds(Options.Seed, positions), cancellation, cost);
            yield return (nearest.Distance.to(ScalarType.Float64).Values<double>(), positions);
        }
    }

    /// <summary>Attacks the points that <paramref name="wanted"/> selects, all where it is null.</summary>
    internal IEnumerable<(Tensor Clean, Tensor Adversarial, Tensor Labels, long[] Positions)> Attacked(Attack attack, bool[]? wanted, AttackCost cost, CancellationToken cancellation)
    {
        var type = Options.AttackPrecision.TypeFor(Data.Name, _device);
        foreach (var (images, labels, positions) in Batches(attack.Name, wanted, cancellation))
        {
            var adversarial = attack.Perturb(Model, images, labels, new PointSeeds(Options.Seed, positions), cancellation, cost, type);
            yield return (images, adversarial, labels, positions);
        }
    }

    /// <summary>The first batch of clean images, on the model's device, to be disposed of; null where there is no point.</summary>
    internal (Tensor Images, Tensor Labels, long[] Positions)? FirstBatch()
    {
        var positions = Enumerable.Range(0, Math.Min(Data.Count, Options.BatchSize)).Select(i => (long)i).ToArray();
        if (positions.Length == 0) return null;
        using var scope = NewDisposeScope();
        return (Data.Images.narrow(0, 0, positions.Length).to(_device).clone().DetachFromDisposeScope(), Data.Labels.narrow(0, 0, positions.Length).to(_device).clone().DetachFromDisposeScope(), positions);
    }

    /// <summary>Restores the model.</summary>
    public void Dispose() => _still.Dispose();

    /// <summary>Selected points in their order, on the model's device; a batch lives until the next one is asked for.</summary>
    /// <param name="what">What progress calls it.</param>
    /// <param name="wanted">Which; null for all.</param>
    /// <param name="cancellation">Stops before the next batch.</param>
    internal IEnumerable<(Tensor Images, Tensor Labels, long[] Positions)> Batches(string what, bool[]? wanted, CancellationToken cancellation)
    {
        var positions = Enumerable.Range(0, Data.Count).Where(i => wanted is null || wanted[i]).Select(i => (long)i).ToArray();
        var done = 0;
        foreach (var chunk in positions.Chunk(Options.BatchSize))
        {
            HostCancellation.Or(cancellation).ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var index = tensor(chunk).to(Data.Images.device);
            yield return (Data.Images.index_select(0, index).to(_device), Data.Labels.index_select(0, index).to(_device), chunk);
            done += chunk.Length;
            Options.Progress?.Report(new EvaluationProgress(what, done, positions.Length));
        }
    }

    private Tensor Logits(Tensor images)
    {
        var logits = Model.call(images); // [B,K]
        if (!logits.isfinite().all().item<bool>())
            throw new InvalidOperationException($"{Model.Architecture} gave logits that are not finite. Its weights may have diverged in training.");
        return logits;
    }

    private static long[] Classes(Tensor logits) => logits.argmax(1).Values<long>();

    /// <summary>Which answers are probabilities, not logits [B]; the tolerance is that of Auto-Attack's own check.</summary>
    /// <param name="logits">[B,K].</param>
    internal static Tensor AreProbabilities(Tensor logits) =>
        logits.amin([1L]).ge(0).logical_and(logits.amax([1L]).le(1)).logical_and((logits.sum(1) - 1).abs().lt(1e-5));

    private static Device DeviceOf(Classifier model, string? wanted)
    {
        var actual = model.parameters().FirstOrDefault()?.device ?? CPU;
        if (wanted is null) return actual;
        var asked = new Device(wanted);
        if (asked.type != actual.type || (asked.index >= 0 && actual.index >= 0 && asked.index != actual.index))
            throw new ArgumentException($"The evaluation was asked to run on {asked}, but the model lies on {actual}. Move it there first: model.to(\"{wanted}\").", nameof(wanted));
        return actual;
    }
}
