using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>Margins and accuracy, computed here from the logits.</summary>
internal static class Margins
{
    /// <summary>max over k ≠ y of logits_k, minus logits_y: positive where the point is misclassified. Leaves the model
    /// in evaluation mode.</summary>
    internal static double[] Of(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        model.eval();
        var logits = model.call(images);
        var (values, classes, y) = (Close.Doubles(logits), (int)logits.shape[1], Close.Longs(labels));
        return [.. y.Select((label, i) =>
        {
            var row = values.AsSpan(i * classes, classes);
            var other = double.NegativeInfinity;
            for (var k = 0; k < classes; k++) if (k != label) other = Math.Max(other, row[k]);
            return other - row[(int)label];
        })];
    }

    internal static double Accuracy(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels) =>
        Of(model, images, labels).Average(margin => margin < 0 ? 1.0 : 0.0);
}
