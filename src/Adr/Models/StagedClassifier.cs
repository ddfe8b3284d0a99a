using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>One of the steps that a network is a chain of.</summary>
/// <param name="Name">Its name, such as "fc1".</param>
/// <param name="Apply">From the output of the stage before it to its own output, [B,…].</param>
public sealed record Stage(string Name, Func<Tensor, Tensor> Apply);

/// <summary>A chain of named stages. The last one gives the logits; any other can be the latent.</summary>
/// <remarks>To write one, derive, register the layers, and end the constructor with <see cref="Chain"/>.</remarks>
public abstract class StagedClassifier : Classifier
{
    private readonly List<Stage> _stages = [];
    private string _latent = "";

    /// <inheritdoc cref="Classifier(string, int, long[])"/>
    protected StagedClassifier(string name, int classes, long[] inputShape) : base(name, classes, inputShape)
    {
    }

    /// <summary>The stages whose output can be the latent, first to last; the logits are not among them.</summary>
    public IReadOnlyList<string> Layers => [.. _stages.SkipLast(1).Select(stage => stage.Name)];

    /// <summary>The stage whose output, flattened, is the latent z. The default is the network's own choice.</summary>
    /// <exception cref="ArgumentException">The network has no such stage.</exception>
    public string LatentLayer
    {
        get => _latent;
        set => _latent = Layers.Contains(value) ? value : throw new ArgumentException(
            $"{Architecture} has no layer \"{value}\". Choose one of {string.Join(", ", Layers)}.", nameof(value));
    }

    /// <summary>All of them, first to last.</summary>
    internal IReadOnlyList<Stage> AllStages => _stages;

    /// <summary>The network's own choice.</summary>
    internal string DefaultLatentLayer { get; private set; } = "";

    /// <inheritdoc/>
    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor? latent = null;
        var logits = Run(images, (layer, output) => layer == _latent ? Split(output, out latent) : output);
        return (latent!.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
    }

    /// <summary>The output of every stage but the last, flattened.</summary>
    /// <param name="images">[B,C,H,W], float, in <see cref="Classifier.Bounds"/>. The stages get a copy.</param>
    /// <returns>One matrix [B,D] for each of <see cref="Layers"/>, in their order; D differs.</returns>
    public IReadOnlyList<(string Layer, Tensor Latent)> Activations(Tensor images)
    {
        using var scope = NewDisposeScope();
        var found = new List<(string, Tensor)>();
        Run(images.clone(), (layer, output) =>
        {
            found.Add((layer, output.flatten(1).clone().MoveToOuterDisposeScope()));
            return output;
        });
        return found;
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Run(images, (_, output) => output).MoveToOuterDisposeScope();
    }

    /// <summary>Says which stages the network is a chain of. Call it once, at the end of the constructor.</summary>
    /// <param name="stages">First to last, at least two, each name once; the last one gives the logits [B,K].</param>
    /// <param name="latent">The stage whose output is the latent by default; not the last one.</param>
    /// <exception cref="ArgumentException">The stages or the latent are not as described.</exception>
    protected void Chain(IEnumerable<Stage> stages, string latent)
    {
        ArgumentNullException.ThrowIfNull(stages);
        _stages.Clear();
        _stages.AddRange(stages);
        if (_stages.Count < 2 || _stages.DistinctBy(stage => stage.Name).Count() < _stages.Count)
            throw new ArgumentException("A chain needs at least two stages, each with a name of its own; these are "
                + $"{string.Join(", ", _stages.Select(stage => stage.Name))}.", nameof(stages));
        DefaultLatentLayer = LatentLayer = latent;
    }

    /// <summary>Makes the output of a module a latent on which what comes after it depends, so that the logits have a
    /// gradient with respect to it.</summary>
    /// <param name="output">[B,…].</param>
    /// <param name="latent">The same, flattened: [B,D].</param>
    /// <returns>A copy of the latent in the output's shape, for the next module, which may work in place.</returns>
    internal static Tensor Split(Tensor output, out Tensor latent)
    {
        latent = output.flatten(1);
        return latent.clone().view(output.shape);
    }

    // Frees the output of a stage when the next one has it; autograd keeps what it needs by itself. pass(layer, output)
    // is what the next stage gets.
    private Tensor Run(Tensor images, Func<string, Tensor, Tensor> pass)
    {
        var x = images;
        foreach (var stage in _stages)
        {
            var output = stage.Apply(x);
            // the images are the caller's, and a stage may return what it was given
            if (!ReferenceEquals(x, images) && !ReferenceEquals(x, output)) x.Dispose();
            x = stage == _stages[^1] ? output : pass(stage.Name, output);
        }
        return x;
    }
}
