using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>A model before a data set: checked once, held still while it is evaluated.</summary>
internal sealed class Subject : IDisposable
{
    private readonly StillModel _still;
    private readonly EvaluationOptions _options;
    private readonly Device _device;

    internal Subject(Classifier model, Dataset data, EvaluationOptions? options, IEnumerable<Attack> attacks)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(attacks);
        (Model, Data, _options) = (model, data, options ?? new EvaluationOptions());
        _options.Validate();
        if (data.Classes != model.Classes)
            throw new ArgumentException($"{model.Architecture} knows {model.Classes} classes, but {data.Name} has {data.Classes}.", nameof(data));
        if (!data.ImageShape.SequenceEqual(model.InputShape))
            throw new ArgumentException($"{model.Architecture} takes images [{string.Join(",", model.InputShape)}], but those of {data.Name} are [{string.Join(",", data.ImageShape)}].", nameof(data));
        foreach (var attack in attacks)
        {
            if (attack is null) throw new ArgumentException("There is a null among the attacks.", nameof(attacks));
            if (attack.Threat.Bounds != model.Bounds)
                throw new ArgumentException($"{attack} has the box {attack.Threat.Bounds}, but {model.Architecture} takes pixels in {model.Bounds}.", nameof(attacks));
        }
        _device = DeviceOf(model, _options.Device);
        _still = new StillModel(model);
    }

    internal Classifier Model { get; }

    internal Dataset Data { get; }

    internal string DeviceName => _device.ToString();

    internal long Seed => _options.Seed;

    /// <summary>The predicted class of every clean image.</summary>
    internal long[] Predictions(CancellationToken cancellation)
    {
        var predictions = new long[Data.Count];
        foreach (var (images, _, positions) in Batches("natural", null, cancellation))
            Predict(images).CopyTo(predictions.AsSpan((int)positions[0]));
        return predictions;
    }

    /// <summary>The predicted class of each image [B,C,H,W].</summary>
    internal long[] Predict(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var logits = Model.call(images);
        if (!logits.isfinite().all().item<bool>())
            throw new InvalidOperationException($"{Model.Architecture} gave logits that are not finite. Its weights may have diverged in training.");
        return logits.argmax(1).cpu().data<long>().ToArray();
    }

    /// <summary>Attacks the points that <paramref name="wanted"/> selects, all where it is null.</summary>
    internal IEnumerable<(Tensor Clean, Tensor Adversarial, Tensor Labels, long[] Positions)> Attacked(Attack attack, bool[]? wanted, AttackCost cost, CancellationToken cancellation)
    {
        var type = _options.AttackPrecision.TypeFor(Data.Name, _device);
        foreach (var (images, labels, positions) in Batches(attack.Name, wanted, cancellation))
        {
            var adversarial = attack.Perturb(Model, images, labels, new PointSeeds(Seed, positions), cancellation, cost, type);
            yield return (images, adversarial, labels, positions);
        }
    }

    /// <summary>The first batch of clean images, on the model's device, to be disposed of; null where there is no point.</summary>
    internal (Tensor Images, Tensor Labels, long[] Positions)? FirstBatch()
    {
        var positions = Enumerable.Range(0, Math.Min(Data.Count, _options.BatchSize)).Select(i => (long)i).ToArray();
        if (positions.Length == 0) return null;
        using var scope = NewDisposeScope();
        return (Data.Images.narrow(0, 0, positions.Length).to(_device).clone().DetachFromDisposeScope(), Data.Labels.narrow(0, 0, positions.Length).to(_device).clone().DetachFromDisposeScope(), positions);
    }

    /// <summary>Restores the model.</summary>
    public void Dispose() => _still.Dispose();

    // Selected points in their order, on the model's device; a batch lives until the next one is asked for.
    private IEnumerable<(Tensor Images, Tensor Labels, long[] Positions)> Batches(string what, bool[]? wanted, CancellationToken cancellation)
    {
        var positions = Enumerable.Range(0, Data.Count).Where(i => wanted is null || wanted[i]).Select(i => (long)i).ToArray();
        var done = 0;
        foreach (var chunk in positions.Chunk(_options.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var index = tensor(chunk).to(Data.Images.device);
            yield return (Data.Images.index_select(0, index).to(_device), Data.Labels.index_select(0, index).to(_device), chunk);
            done += chunk.Length;
            _options.Progress?.Report(new EvaluationProgress(what, done, positions.Length));
        }
    }

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
