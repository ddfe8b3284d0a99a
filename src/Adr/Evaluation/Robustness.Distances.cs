using System.Diagnostics;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;

namespace Adr.Evaluation;

public static partial class Robustness
{
    /// <summary>How far each point is from an image that the model gets wrong, as far as a minimum-norm attack finds one.</summary>
    /// <remarks>
    /// One run gives the robust accuracy at every ε: <see cref="RobustnessCurve.Of"/>. A distance is an upper bound of the true one. Points that
    /// the model gets wrong as they are have distance 0 and are not attacked. Random numbers depend on the seed and the point's position alone.
    /// </remarks>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points.</param>
    /// <param name="attack">The attack; its norm measures the distances.</param>
    /// <param name="options">How to run; null for the defaults. Images are not saved here, and the attack computes in float32.</param>
    /// <param name="cancellation">Stops before the next step of the attack.</param>
    /// <exception cref="ArgumentException">Model, data, attack and options do not fit together; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or it has no gradient where the attack needs one.</exception>
    public static MinimumNormReport Distances(Classifier model, string name, Dataset data, MinimumNormAttack attack,
        EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(attack);
        using var subject = new Subject(model, data, options, [attack]);
        var labels = PointLabels.Of(data);
        var predictions = subject.Predictions(cancellation);
        var right = PointLabels.Match(predictions, labels);
        var clock = Stopwatch.StartNew();
        var cost = new AttackCost();
        var distances = new double[data.Count]; // 0: wrong as it is
        foreach (var (found, positions) in subject.Nearest(attack, right, cost, cancellation))
            for (var i = 0; i < positions.Length; i++) distances[positions[i]] = Math.Max(found[i], double.Epsilon); // it is right: above 0, also where rounding lets the attack see it as wrong
        return new MinimumNormReport(name, data.Name, attack.Name, attack.Threat, distances, labels, data.ClassNames,
            clock.Elapsed.TotalSeconds, cost.ModelEvaluations, subject.Options.Seed, subject.DeviceName)
        {
            Backwards = cost.Backwards,
            Note = attack.FallbackFor(model.Classes),
            Settings = AttackSettings.Of(attack),
            Notes = OutputNotes.Of(subject, predictions, labels),
        };
    }
}
