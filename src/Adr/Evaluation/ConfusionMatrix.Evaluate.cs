using Adr.Attacks;
using Adr.Data;
using Adr.Models;

namespace Adr.Evaluation;

public sealed partial record ConfusionMatrix
{
    /// <summary>Counts predictions on a data set, clean or under an attack on every point.</summary>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="data">The points.</param>
    /// <param name="attack">The attack; null for the clean images.</param>
    /// <param name="options">How to run; null for the defaults. Images are not saved here.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">Model, data, attack and options do not fit together.</exception>
    public static ConfusionMatrix Evaluate(Classifier model, Dataset data, Attack? attack = null, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        using var subject = new Subject(model, data, options, attack is null ? [] : [attack]);
        var labels = PointLabels.Of(data);
        var predictions = attack is null ? subject.Predictions(cancellation) : Attacked(subject, attack, cancellation);
        var counts = new long[data.Classes, data.Classes];
        for (var i = 0; i < labels.Length; i++) counts[labels[i], predictions[i]]++;
        return new ConfusionMatrix(counts, data.ClassNames);
    }

    private static long[] Attacked(Subject subject, Attack attack, CancellationToken cancellation)
    {
        var predictions = new long[subject.Data.Count];
        foreach (var (_, adversarial, _, positions) in subject.Attacked(attack, null, new AttackCost(), cancellation))
            subject.Predict(adversarial).CopyTo(predictions.AsSpan((int)positions[0]));
        return predictions;
    }
}
