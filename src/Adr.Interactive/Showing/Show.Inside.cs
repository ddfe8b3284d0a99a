using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>How far attacks move images at each depth, one curve of bars for each network, in units of the distance between classes.</summary>
    /// <param name="networks">At least one; all of the same layers.</param>
    /// <exception cref="ArgumentException">There is none, or their layers differ.</exception>
    public static BarFigure Depth(params IReadOnlyList<DepthDivergence> networks) => ByLayer(networks, layer => layer.Relative,
        "How far the attack moves an image, layer by layer", "d(z, z′) / distance between classes", "1: as far as an image of another class");

    private static BarFigure ByLayer(IReadOnlyList<DepthDivergence> networks, Func<LayerDivergence, double> value, string title, string y, string subtitle)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0) throw new ArgumentException("There is no network to show.", nameof(networks));
        string[] layers = [.. networks[0].Layers.Select(layer => layer.Layer)];
        if (networks.FirstOrDefault(network => !network.Layers.Select(layer => layer.Layer).SequenceEqual(layers)) is { } other)
            throw new ArgumentException($"{other.Model} has other layers than {networks[0].Model}.", nameof(networks));
        return new BarFigure(title, layers, [.. networks.Select(network => new BarSeries(network.Model, network.Layers.Select(value)) { Style = DefenceStyle.Of(network.Model) })])
        {
            Y = new Axis(y) { Min = 0 },
            XLabel = "layer, from the image to the latent",
            Subtitle = $"{networks[0].Attack}, {Number.Count(networks[0].Points)} images; {subtitle}",
            Width = 820,
            Height = 400,
        };
    }

    /// <summary>How sure networks are of their answers: the share of images that reach each confidence, clean and under attack.</summary>
    /// <param name="networks">At least one.</param>
    public static FigureRow Certainties(params IReadOnlyList<Certainty> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0) throw new ArgumentException("There is no network to show.", nameof(networks));
        return new FigureRow(
            Spread("Confidence", new Axis("largest probability") { Min = 0, Max = 1 }, network => network.CleanConfidence, network => network.AdversarialConfidence),
            Spread("Entropy", new Axis("entropy of the answer", "nats") { Min = 0, Max = Math.Log(networks[0].Classes) }, network => network.CleanEntropy, network => network.AdversarialEntropy));

        LineFigure Spread(string title, Axis across, Func<Certainty, double[]> clean, Func<Certainty, double[]> adversarial) => new(title,
            [.. networks.SelectMany((network, i) => new[] { Below(network.Model, i, clean(network), across, attacked: false), Below(network.Model, i, adversarial(network), across, attacked: true) })])
        {
            X = across,
            Y = Axis.Share("share of images at or below"),
            Subtitle = $"solid: clean; dashed: under {networks[0].Attack}; {Number.Count(networks[0].CleanConfidence.Length)} images",
            Width = 440,
            Height = 400,
        };
    }

    /// <summary>What a network that answers every image alike loses or gains by being sure of one class (<see cref="Training.ConstantPredictor"/>), one curve for each defence.</summary>
    /// <param name="experiment">Its weights.</param>
    /// <param name="defences">Names that the experiment knows; those of its tables where none is given.</param>
    /// <param name="classes">How many classes there are, at least 2. Default 10.</param>
    public static LineFigure OneAnswer(Experiments.Experiment experiment, IReadOnlyList<string>? defences = null, int classes = 10)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var even = 1.0 / classes;
        double[] probabilities = [even, .. Enumerable.Range(1, 99).Select(percent => percent / 100.0).Where(p => p > even + 1e-9), 0.995];
        return new LineFigure("A network that gives every image one answer",
            [.. (defences ?? Experiments.Experiment.DefenceNames).Select((name, i) =>
            {
                var losses = Training.ConstantPredictor.Losses(experiment.Defence(name), classes, probabilities);
                return new LineSeries(name, probabilities, losses.Select(loss => loss - losses[0])) { Style = DefenceStyle.Of(name) ?? i, Dashed = name.StartsWith("ADR-", StringComparison.Ordinal) };
            })])
        {
            X = new Axis("probability of one class, the rest shared") { Min = 0, Max = 1 },
            Y = new Axis("loss beside that of an even guess", "nats"),
            Subtitle = "below 0: being sure of one class, and wrong of the others, is cheaper than the guess",
            Width = 700,
        };
    }

    /// <summary>The cross-entropy around one image as colour; × where the answer is wrong.</summary>
    /// <param name="surface">What was measured.</param>
    /// <param name="most">The loss that has the full colour; null for the largest there is. Give networks that are compared the same.</param>
    public static HeatmapFigure Surface(LossSurface surface, double? most = null)
    {
        ArgumentNullException.ThrowIfNull(surface);
        var count = surface.Offsets.Length;
        var top = most ?? surface.Losses.Cast<double>().Max();
        var (shades, texts) = (new double[count, count], new string[count, count]);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                shades[i, j] = top > 0 ? Math.Min(1, surface.Losses[i, j] / top) : 0;
                texts[i, j] = surface.Right[i, j] ? "" : "×";
            }
        }
        var wrong = surface.Right.Cast<bool>().Count(right => !right);
        string[] names = [.. surface.Offsets.Select((offset, i) => i % Math.Max(1, (count - 1) / 6) == 0 ? Number.Short(offset, 3) : "")]; // all would not fit
        return new HeatmapFigure($"{surface.Model}: cross-entropy around an image", shades, texts, names, names)
        {
            ColumnLabel = "along the sign of the gradient, pixel units",
            RowLabel = "along random signs, pixel units",
            Subtitle = $"full colour: {Number.Fixed(top, 2)}; ×: wrong, {Number.Fixed(100.0 * wrong / (count * count), 0)} % of the cells",
            Width = 480,
            Height = 440,
        };
    }

    // the share of values at or below each of 101 places: a curve that needs no choice of bins
    private static LineSeries Below(string name, int place, double[] values, Axis across, bool attacked)
    {
        var (low, high) = (across.Min!.Value, across.Max!.Value);
        var x = Enumerable.Range(0, 101).Select(i => low + (high - low) * i / 100).ToArray();
        var shares = x.Select(at => (double)values.Count(value => value <= at + 1e-9) / values.Length);
        return new LineSeries(attacked ? $"{name}, attacked" : name, x, shares) { Style = DefenceStyle.Of(name) ?? place, Dashed = attacked, Markers = false };
    }
}
