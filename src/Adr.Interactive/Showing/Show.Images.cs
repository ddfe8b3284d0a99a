using Adr.Data;
using Adr.Interactive.Drawing;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>Images of a batch with their labels.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="count">How many, from the first. Default: 20.</param>
    /// <param name="classNames">Names of the classes; null: their numbers.</param>
    public static ImageGrid Digits(Batch batch, int count = 20, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Digits(batch.Images, batch.Labels, count, classNames);
    }

    /// <summary>Images, ten in a row.</summary>
    /// <param name="images">[B,C,H,W] or one [C,H,W], values in [0,1], C = 1 or 3.</param>
    /// <param name="labels">[B] class numbers shown under the images; null: none.</param>
    /// <param name="count">How many, from the first. Default: 20.</param>
    /// <param name="classNames">Names of the classes; null: their numbers.</param>
    /// <exception cref="ArgumentException">The shape is not one of images, or labels differ in number.</exception>
    public static ImageGrid Digits(Tensor images, Tensor? labels = null, int count = 20, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        using var scope = NewDisposeScope();
        var pixels = Pixels.Of(images);
        var numbers = labels is null ? null : Numbers(labels, pixels.Count);
        var tiles = Enumerable.Range(0, Math.Min(count, pixels.Count))
            .Select(i => new Tile(pixels.Image(i), numbers is null ? "" : Named(numbers[i], classNames))).ToArray();
        return new ImageGrid($"{Number.Count(tiles.Length)} of {Number.Count(pixels.Count)} images", [.. tiles.Chunk(10).Select(row => ("", (IReadOnlyList<Tile>)row))]) { TileSize = 56 };
    }

    /// <summary>Clean images, their adversarial ones and the magnified perturbation, with what the model says of each.</summary>
    /// <param name="model">Judges the images, in eval mode; its mode is put back.</param>
    /// <param name="images">[B,C,H,W] clean images.</param>
    /// <param name="adversarial">[B,C,H,W] what an attack made of them.</param>
    /// <param name="labels">[B] true classes.</param>
    /// <param name="count">How many, from the first. Default: 8.</param>
    /// <param name="classNames">Names of the classes; null: their numbers.</param>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static ImageGrid Adversarial(Classifier model, Tensor images, Tensor adversarial, Tensor labels, int count = 8, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!images.shape.SequenceEqual(adversarial.shape))
            throw new ArgumentException($"Clean images are [{string.Join(',', images.shape)}], adversarial [{string.Join(',', adversarial.shape)}]; expected one shape.", nameof(adversarial));
        using var scope = NewDisposeScope();
        count = (int)Math.Min(count, images.shape[0]);
        var (few, fewAdversarial) = (images.narrow(0, 0, count), adversarial.narrow(0, 0, count));
        var truth = Numbers(labels.narrow(0, 0, count), count);
        var (clean, moved, change) = (Pixels.Of(few), Pixels.Of(fewAdversarial), Pixels.Of(fewAdversarial - few));
        var reach = change.Values.Select(Math.Abs).DefaultIfEmpty(0).Max();
        var (row, limit) = reach == 0
            ? ("perturbation (none)", "")
            : ($"perturbation × {Number.Short(Math.Round(1 / reach, 1))}", $", by up to {Number.Short(Math.Round(reach, 4))}");
        return new ImageGrid("Clean, adversarial, and what lies between",
            ("clean", Judged(model, few, clean, truth, classNames)),
            ("adversarial", Judged(model, fewAdversarial, moved, truth, classNames)),
            (row, [.. Enumerable.Range(0, count).Select(i => new Tile(change.Perturbation(i, reach == 0 ? 1 : reach)))]))
        {
            Subtitle = $"true class → prediction (its probability); orange raises a pixel, blue lowers it{limit}",
            TileSize = 92,
        };
    }

    private static Tile[] Judged(Classifier model, Tensor images, Pixels pixels, long[] truth, IReadOnlyList<string>? classNames)
    {
        var wasTraining = model.training;
        model.eval();
        try
        {
            using var still = no_grad();
            var (probability, predicted) = model.forward(images).softmax(1).max(1);
            var (shares, classes) = (probability.to(ScalarType.Float32).cpu().data<float>().ToArray(), predicted.cpu().data<long>().ToArray());
            return [.. truth.Select((label, i) => new Tile(pixels.Image(i),
                string.Join(classNames is null ? ' ' : '\n', Named(label, classNames), $"→ {Named(classes[i], classNames)}", $"({Number.Fixed(shares[i], 2)})"), // names may be long
                classes[i] == label ? Verdict.Right : Verdict.Wrong))];
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    private static string Named(long label, IReadOnlyList<string>? classNames) =>
        classNames is not null && label >= 0 && label < classNames.Count ? classNames[(int)label] : label.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static long[] Numbers(Tensor labels, int count)
    {
        if (labels.dim() != 1 || labels.shape[0] != count)
            throw new ArgumentException($"Expected [{count}] labels, one an image; got [{string.Join(',', labels.shape)}].", nameof(labels));
        return labels.to(ScalarType.Int64).cpu().data<long>().ToArray();
    }

    /// <summary>Pixel values of a batch on the CPU: [B,C,H,W], one image after the other.</summary>
    private sealed record Pixels(float[] Values, int Count, int Channels, int Height, int Width)
    {
        internal static Pixels Of(Tensor images)
        {
            var shape = images.shape;
            if (shape.Length == 3) shape = [1, .. shape];
            if (shape.Length != 4 || shape[1] is not (1 or 3))
                throw new ArgumentException($"Expected images [B,C,H,W] or [C,H,W] with C = 1 or 3; got [{string.Join(',', images.shape)}].", nameof(images));
            var values = images.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
            return new Pixels(values, (int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        }

        internal PixelImage Image(int i) => PixelImage.FromUnit(One(i), Channels, Height, Width);

        internal PixelImage Perturbation(int i, double reach) => PixelImage.FromPerturbation(One(i), Channels, Height, Width, reach);

        private ArraySegment<float> One(int i) => new(Values, i * Channels * Height * Width, Channels * Height * Width);
    }
}
