using System.Diagnostics;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;

namespace Adr.Evaluation;

/// <summary>Measures how a model stands against attacks.</summary>
public static partial class Robustness
{
    /// <summary>Natural accuracy, robust accuracy under each attack, and the worst case over them.</summary>
    /// <remarks>
    /// Robust accuracy is the share of all points that are classified right and stay right. Points the model gets wrong as they are
    /// count as not robust and are not attacked. Every attack meets every other point, with random numbers that depend on the seed and the
    /// point's position alone, so a result does not depend on the other attacks in the list or, but for rounding, on the batch size.
    /// </remarks>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points.</param>
    /// <param name="attacks">The attacks, in the order of the report; none gives natural accuracy alone.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <param name="cancellation">Stops before the next step of an attack.</param>
    /// <exception cref="ArgumentException">Model, data, attacks and options do not fit together; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or it has no gradient where an attack needs one.</exception>
    public static RobustnessReport Evaluate(Classifier model, string name, Dataset data, IReadOnlyList<Attack> attacks,
        EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        using var subject = new Subject(model, data, options, attacks);
        var labels = PointLabels.Of(data);
        var predictions = subject.Predictions(cancellation);
        var right = PointLabels.Match(predictions, labels);
        var results = new List<AttackResult>();
        for (var i = 0; i < attacks.Count; i++)
            results.Add(Evaluate(subject, name, attacks[i], i, right, labels, cancellation));
        var worst = Enumerable.Range(0, data.Count).Select(i => right[i] && results.TrueForAll(result => result.Robust[i])).ToArray();
        return new RobustnessReport(name, data.Name, Proportion.Of(right), PointLabels.PerClass(right, labels, data.Classes), results,
            Proportion.Of(worst), data.ClassNames, subject.Options.Seed, subject.DeviceName)
        {
            AttackPrecision = subject.Options.AttackPrecision,
            Notes = OutputNotes.Of(subject, predictions, labels),
        };
    }

    private static AttackResult Evaluate(Subject subject, string name, Attack attack, int number, bool[] right, long[] labels, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var cost = new AttackCost();
        var folder = subject.Options.SaveAdversarialTo;
        using var images = folder is null ? null : new AdversarialImages(subject.Data);
        var robust = subject.StayRight(attack, right, labels, cost, cancellation, images);
        var seconds = clock.Elapsed.TotalSeconds;
        images?.Save(folder!, number, name, attack, subject.Options.Seed, robust);
        return new AttackResult(attack.Name, attack.Threat, Proportion.Of(robust), robust, PointLabels.PerClass(robust, labels, subject.Data.Classes), seconds, cost.ModelEvaluations)
        {
            Backwards = cost.Backwards,
            Note = attack.FallbackFor(subject.Model.Classes),
            Settings = AttackSettings.Of(attack),
        };
    }
}
