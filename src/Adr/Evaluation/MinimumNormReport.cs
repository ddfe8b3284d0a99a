using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>How far each point of a data set is from an image that the model gets wrong.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Threat">The norm of the distances, and the box. Its ε is the attack's own, and no limit of the distances.</param>
/// <param name="Distances">[N] in pixel units: 0 where a point is wrong as it is, +∞ where nothing was found.</param>
/// <param name="Labels">[N].</param>
/// <param name="ClassNames">The names of the classes.</param>
/// <param name="Seconds">Wall time of the attack.</param>
/// <param name="ModelEvaluations">Forward plus backward passes of the attack, counted per point.</param>
/// <param name="Seed">The seed of the attack's random numbers.</param>
/// <param name="Device">Where it ran.</param>
public sealed record MinimumNormReport(
    string Model,
    string DataSet,
    string Attack,
    ThreatModel Threat,
    double[] Distances,
    long[] Labels,
    IReadOnlyList<string> ClassNames,
    double Seconds,
    long ModelEvaluations,
    long Seed,
    string Device)
{
    /// <summary>[N] in pixel units: 0 where a point is wrong as it is, +∞ where nothing was found.</summary>
    public double[] Distances { get; } = Distances is { Length: > 0 } && Distances.All(distance => distance >= 0)
        ? Distances
        : throw new ArgumentException("Distances must be one or more numbers ≥ 0; +∞ stands for a point where nothing was found.", nameof(Distances));

    /// <summary>[N].</summary>
    public long[] Labels { get; } = Labels is not null && Labels.Length == Distances.Length
        ? Labels
        : throw new ArgumentException($"There must be one label for each of {Distances.Length} distances, but there are {Labels?.Length ?? 0}.", nameof(Labels));

    /// <summary>The backward passes among <see cref="ModelEvaluations"/>: gradients, counted per point.</summary>
    public long Backwards { get; init; }

    /// <summary>The forward passes among <see cref="ModelEvaluations"/>, counted per point.</summary>
    public long Forwards => ModelEvaluations - Backwards;

    /// <summary>What the attack did otherwise than its name says, in a sentence; null where there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>The attack's settings as text by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What makes the numbers doubtful, in sentences. Empty where nothing was seen.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The number of points, N.</summary>
    public int Points => Distances.Length;

    /// <summary>Accuracy on the clean images: the share of distances above 0.</summary>
    public Proportion Natural => RobustAccuracyAt(0);

    /// <summary>The share of all points for which an adversarial image is known, those that are wrong as they are included.</summary>
    public Proportion Found => new(Distances.Count(double.IsFinite), Points);

    /// <summary>The distance within which half of all points are wrong, those that are wrong as they are included; +∞ where fewer were found.</summary>
    public double Median => Quantile(0.5);

    /// <summary>The smallest distance within which at least this share of all points is wrong: one of <see cref="Distances"/>, without interpolation, so that +∞ stays +∞.</summary>
    /// <param name="share">In (0,1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is not in (0,1].</exception>
    public double Quantile(double share)
    {
        if (!(share is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share of points must be in (0,1].");
        return Distances.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * Points - 1e-9)) - 1); // 0.7 · 10 is not 7
    }

    /// <summary>The share of all points that are right and stay right within ε, as far as the attack found out.</summary>
    /// <param name="epsilon">ε ≥ 0, in pixel units; 0 gives the natural accuracy.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not a number.</exception>
    public Proportion RobustAccuracyAt(double epsilon)
    {
        if (!(epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "ε must be a number ≥ 0, in pixel units.");
        return new Proportion(Distances.Count(distance => distance > epsilon), Points);
    }

    /// <summary>Everything as JSON; +∞ is the text "Infinity".</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Indented)!.AsObject();

    /// <summary>Writes <see cref="ToJson"/>, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => Json.Write(path, this);

    /// <summary>Reads a report back.</summary>
    /// <param name="path">A file by <see cref="Save"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else, or is damaged.</exception>
    public static MinimumNormReport Load(string path) => Json.Read<MinimumNormReport>(path);
}
