using Adr.Attacks;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The cross-entropy around one image, in a plane: along the sign of its gradient, and along random signs. A
/// surface that is flat but for a cliff masks gradients.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="Label">The image's class y.</param>
/// <param name="Offsets">[n]: how far from the image, for images in [0,1], along either direction, from −reach to
/// reach.</param>
/// <param name="Losses">[n,n]: the cross-entropy at x + Offsets[j] · sign(gradient) + Offsets[i] · random signs, not
/// clipped to the box.</param>
/// <param name="Right">[n,n]: whether the answer there is y.</param>
public sealed record LossSurface(string Model, long Label, double[] Offsets, double[,] Losses, bool[,] Right)
{
    /// <summary>Measures a grid.</summary>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="image">[C,H,W] or [1,C,H,W], on the model's device.</param>
    /// <param name="label">Its class.</param>
    /// <param name="reach">How far the grid goes each way, for images in [0,1], above 0; a little more than ε shows the
    /// edge.</param>
    /// <param name="count">n, odd, at least 3. Default 19.</param>
    /// <param name="seed">Of the random signs. Default 0.</param>
    /// <exception cref="ArgumentException">The image is not one, or a number is out of range.</exception>
    public static LossSurface Around(
        nn.Module<Tensor, Tensor> model,
        string name,
        Tensor image,
        long label,
        double reach,
        int count = 19,
        long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(image);
        Require.That(reach > 0 && double.IsFinite(reach), reach, "The reach must be a finite number > 0.");
        Require.That(count >= 3 && count % 2 == 1, count,
            "The grid needs an odd number of at least 3, so that the image lies in its middle.");
        if (image.shape is not ([_, _, _] or [1, _, _, _]))
            throw new ArgumentException($"Expected one image [C,H,W], got [{string.Join(",", image.shape)}].",
                nameof(image));
        long[] shape = [1, .. image.shape[^3..]];
        if (model is Classifier network && !network.InputShape.SequenceEqual(shape[1..]))
            throw new ArgumentException($"Expected one image [{string.Join(",", network.InputShape)}] for "
                + $"{network.Architecture}, got "
                + $"[{string.Join(",", image.shape)}].", nameof(image));
        using var frozen = new FrozenModel(model);
        using var scope = NewDisposeScope();
        var x = image.detach().reshape(shape);
        var y = tensor(new[] { label }, device: x.device);
        var classes = ModelFacts.FirstLogits(model, x).shape[1];
        Require.That(label >= 0 && label < classes, label, $"The model has classes 0 to {classes - 1}.");
        var steepest = Steepest(model, x, y);
        using var noGraph = no_grad();
        var signs = ExampleSeeds.Sequence(seed, 1).Uniform(shape, -1, 1, x.device).sign();
        var offsets = Enumerable.Range(0, count).Select(i => reach * (2.0 * i / (count - 1) - 1)).ToArray();
        var along = tensor(offsets, device: x.device).to(x.dtype).view(-1, 1, 1, 1);
        var (losses, right) = (new double[count, count], new bool[count, count]);
        for (var i = 0; i < count; i++)
        {
            using var row = NewDisposeScope();
            // [n,K]
            var logits = Evaluator.Finite(model,
                ModelFacts.Logits(model, x + along * steepest + offsets[i] * signs, isCopy: true), "logits");
            var loss = nn.functional.cross_entropy(logits, y.expand(count), reduction: nn.Reduction.None)
                .to(ScalarType.Float64)
                .Values<double>();
            var answers = logits.argmax(1).Values<long>();
            for (var j = 0; j < count; j++) (losses[i, j], right[i, j]) = (loss[j], answers[j] == label);
        }
        return new LossSurface(name, label, offsets, losses, right);
    }

    private static Tensor Steepest(nn.Module<Tensor, Tensor> model, Tensor image, Tensor label)
    {
        using var grad = enable_grad();
        var x = image.clone().requires_grad_(true);
        var loss = nn.functional.cross_entropy(ModelFacts.Logits(model, x), label);
        return Gradients.Of(loss, x).sign();
    }
}
