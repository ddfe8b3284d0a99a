using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>How far each example of a data set is from an image that the model misclassifies.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Threat">The norm of the distances, and the box. Its ε is the attack's own, and no limit of the
/// distances.</param>
/// <param name="Distances">[N] for images in [0,1]: 0 where an example is misclassified as it is, +∞ where nothing was
/// found.</param>
/// <param name="Labels">[N].</param>
/// <param name="ClassNames">The names of the classes.</param>
/// <param name="Seconds">Wall time of the attack.</param>
/// <param name="ModelEvaluations">Forward plus backward passes of the attack, counted per example.</param>
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
    string Device) : IStored
{
    /// <summary>[N] for images in [0,1]: 0 where an example is misclassified as it is, +∞ where nothing was
    /// found.</summary>
    public double[] Distances { get; } = Distances is { Length: > 0 } && Distances.All(distance => distance >= 0)
        ? Distances
        : throw new ArgumentException(
            "Distances must be one or more numbers ≥ 0; +∞ means an example where nothing was found.",
            nameof(Distances));

    /// <summary>[N].</summary>
    public long[] Labels { get; } = Labels is not null && Labels.Length == Distances.Length
        ? Labels
        : throw new ArgumentException(
            $"There must be one label for each of {Distances.Length} distances, but there are {Labels?.Length ?? 0}.",
            nameof(Labels));

    /// <summary>The backward passes among <see cref="ModelEvaluations"/>: gradients, counted per example.</summary>
    public long Backwards { get; init; }

    /// <summary>The forward passes among <see cref="ModelEvaluations"/>, counted per example.</summary>
    public long Forwards => ModelEvaluations - Backwards;

    /// <summary>What the attack did differently from what its name says, as a sentence; null where there is nothing to
    /// say.</summary>
    public string? Note { get; init; }

    /// <summary>The attack's settings as text by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Signs of an unreliable evaluation, in sentences. Empty where nothing was seen.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The number of examples, N.</summary>
    public int Examples => Distances.Length;

    /// <summary>Accuracy on the clean images: the share of distances above 0.</summary>
    public Proportion Natural => RobustAccuracyAt(0);

    /// <summary>The share of all examples for which an adversarial image is known, those that are misclassified as they
    /// are included.</summary>
    public Proportion Found => new(Distances.Count(double.IsFinite), Examples);

    /// <summary>The distance within which half of all examples are wrong, those that are misclassified as they are
    /// included; +∞ where fewer were found.</summary>
    public double Median => Quantile(0.5);

    /// <summary>The smallest distance within which at least this share of all examples is wrong: one of
    /// <see cref="Distances"/>, without interpolation, so that +∞ stays +∞.</summary>
    /// <param name="share">In (0,1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is not in (0,1].</exception>
    public double Quantile(double share)
    {
        Require.That(share is > 0 and <= 1, share, "A share of examples must be in (0,1].");
        // 0.7 · 10 is not 7
        return Distances.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * Examples - 1e-9)) - 1);
    }

    /// <summary>The share of all examples that are correct and stay so within ε, as far as the attack found
    /// out.</summary>
    /// <param name="epsilon">ε ≥ 0, for images in [0,1]; 0 gives the natural accuracy.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not a
    /// number.</exception>
    public Proportion RobustAccuracyAt(double epsilon)
    {
        Require.That(epsilon >= 0, epsilon, "ε must be a number ≥ 0, for images in [0,1].");
        return new Proportion(Distances.Count(distance => distance > epsilon), Examples);
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

    IEnumerable<string> IStored.Faults()
    {
        if (Array.FindIndex(Labels, label => label < 0 || label >= ClassNames.Count) is >= 0 and var at)
            yield return $"example {at} has the label {Labels[at]}, but there are {ClassNames.Count} classes";
        foreach (var fault in Consistency.OfCost(Attack, Seconds, ModelEvaluations, Backwards, Settings))
            yield return fault;
    }

    /// <summary>Measures how far each example is from an image that the model misclassifies, as far as the attack finds
    /// one.</summary>
    /// <remarks>
    /// One run gives the robust accuracy at every ε: <see cref="RobustnessCurve.Of"/>. A distance is an upper bound of
    /// the true one. Examples that are misclassified as they are have distance 0 and are not attacked. The attack
    /// computes in float32.
    /// </remarks>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attack">The attack; its norm measures the distances.</param>
    /// <exception cref="ArgumentException">The attack does not suit the model; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or it has no
    /// gradient where the attack needs one.</exception>
    public static MinimumNormReport Evaluate(Evaluator evaluator, MinimumNormAttack attack)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        evaluator.Check(attack);
        var (correct, clock, cost) = (evaluator.Correct, Stopwatch.StartNew(), new AttackCost());
        var distances = new double[evaluator.Data.Count]; // 0: misclassified as it is
        foreach (var (images, labels, positions) in evaluator.Batches(attack.Name, correct))
        {
            var seeds = evaluator.SeedsOf(positions);
            var found = attack.Find(evaluator.Model, images, labels, seeds, evaluator.Cancellation, cost);
            var lengths = PerExample.Numbers(found.Distance);
            cost.CountUnmoved(lengths.Select(double.IsPositiveInfinity));
            // these are correct, so above 0, also where rounding lets the attack see one as misclassified
            for (var i = 0; i < positions.Length; i++) distances[positions[i]] = Math.Max(lengths[i], double.Epsilon);
        }
        return new MinimumNormReport(
            evaluator.Name,
            evaluator.Data.Name,
            attack.Name,
            attack.Threat,
            distances,
            evaluator.Labels,
            evaluator.Data.ClassNames,
            clock.Elapsed.TotalSeconds,
            cost.ModelEvaluations,
            evaluator.Options
                .Seed,
            evaluator.Device)
        {
            Backwards = cost.Backwards,
            Note = attack.FallbackFor(evaluator.Data.Classes),
            Settings = AttackSettings.Of(attack),
            Notes = [.. evaluator.Notes, .. evaluator.NotesOn([(attack, cost.UnmovedCorrect)])],
        };
    }
}
