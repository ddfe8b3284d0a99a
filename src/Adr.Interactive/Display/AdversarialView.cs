using Adr.Attacks;
using Adr.Interactive.Drawing;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>Clean images, their adversarial versions and the magnified perturbation, with predictions.</summary>
internal static class AdversarialView
{
    internal static ImageGrid Of(nn.Module<Tensor, Tensor> model, Tensor images, Tensor adversarial, Tensor labels,
        int count, IReadOnlyList<string>? classNames)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!images.shape.SequenceEqual(adversarial.shape))
            throw new ArgumentException($"Clean images are [{string.Join(',', images.shape)}], adversarial images "
                + $"[{string.Join(',', adversarial.shape)}]; expected one shape.", nameof(adversarial));
        using var scope = NewDisposeScope();
        count = (int)Math.Min(count, images.shape[0]);
        var (clean, attacked) = (images.narrow(0, 0, count), adversarial.narrow(0, 0, count));
        var truth = ImageView.Labels(labels.narrow(0, 0, count), count);
        var change = Pixels.Of(attacked - clean);
        var reach = change.Values.Select(Math.Abs).DefaultIfEmpty(0).Max();
        var (row, limit) = reach == 0
            ? ("perturbation (none)", "")
                : ($"perturbation × {Number.Short(Math.Round(1 / reach, 1))}",
                   $", by up to {Number.Short(Math.Round(reach, 4))}");
        var perturbations = Enumerable.Range(0, count)
            .Select(i => new Tile(change.Perturbation(i, reach == 0 ? 1 : reach)));
        return new ImageGrid("Clean and adversarial images, and their difference",
            ("clean", Predicted(model, clean, truth, classNames)),
            ("adversarial", Predicted(model, attacked, truth, classNames)),
            (row, [.. perturbations]))
        {
            Subtitle = $"true class → prediction (its probability); orange raises a pixel, blue lowers it{limit}",
            TileSize = 92,
        };
    }

    private static Tile[] Predicted(
        nn.Module<Tensor, Tensor> model, Tensor images, long[] truth, IReadOnlyList<string>? classNames)
    {
        using var frozen = new FrozenModel(model);
        using var noGraph = no_grad();
        var (probability, predicted) = ModelFacts.Logits(model, images).softmax(1).max(1);
        var shares = probability.to(ScalarType.Float32).cpu().data<float>().ToArray();
        var classes = predicted.cpu().data<long>().ToArray();
        var pixels = Pixels.Of(images);
        return [.. truth.Select((label, i) => new Tile(
            pixels.Image(i),
            Caption(label, classes[i], shares[i], classNames),
            classes[i] == label ? Verdict.Right : Verdict.Wrong))];
    }

    private static string Caption(long label, long predicted, float probability, IReadOnlyList<string>? classNames)
    {
        var separator = classNames is null ? ' ' : '\n'; // names may be long
        var (truth, prediction) = (ImageView.ClassName(label, classNames), ImageView.ClassName(predicted, classNames));
        return string.Join(separator, truth, $"→ {prediction}", $"({Number.Fixed(probability, 2)})");
    }
}
