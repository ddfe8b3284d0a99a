using Adr.Data;
using Adr.Interactive.Drawing;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>A data set or a batch: what it holds, and its first images.</summary>
internal static class DatasetView
{
    private const int Images = 20;

    internal static View Of(Dataset data)
    {
        var text = $"{data.Name}: {Number.Count(data.Count)} examples, {Number.Count(data.Classes)} classes, "
            + $"images [{string.Join(',', data.ImageShape)}]";
        return WithImages(text, data.Images, data.Labels, data.ClassNames);
    }

    internal static View Of(Batch batch)
    {
        var text = $"batch of {Number.Count(batch.Count)} examples: images {TensorView.Header(batch.Images)}, "
            + $"labels {TensorView.Header(batch.Labels)}";
        return WithImages(text, batch.Images, batch.Labels, classNames: null);
    }

    // Toy data is no image, and a disposed tensor has no values.
    private static View WithImages(string text, Tensor images, Tensor labels, IReadOnlyList<string>? classNames)
    {
        if (images.IsInvalid || labels.IsInvalid) return new TextView($"{text} (disposed)");
        if (images.dim() != 4 || images.shape[1] is not (1 or 3)) return new TextView(text);
        var count = Math.Min(images.shape[0], Images);
        var (few, fewLabels) = (images.narrow(0, 0, count), labels.narrow(0, 0, count));
        using (few)
        using (fewLabels)
            return new ViewStack(new TextView(text), ImageView.Of(few, fewLabels, Images, classNames, images.shape[0]));
    }
}
