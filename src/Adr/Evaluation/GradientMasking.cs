using System.Diagnostics;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;

namespace Adr.Evaluation;

/// <summary>Looks for masked gradients: a model that gradient attacks do not break, though other attacks would (Athalye et al. 2018; Carlini et al. 2019).</summary>
public static class GradientMasking
{
    /// <summary>Runs every check of <see cref="MaskingCheck"/>.</summary>
    /// <remarks>
    /// Points that are wrong as they are count as not robust and are not attacked. Points keep their worst iterate. A number warns
    /// when it is off by more than <see cref="GradientMaskingOptions.Tolerance"/> of all points: with the default 200 points, by more than 4.
    /// No warning is no proof, and a warning is a reason to look: what it means and what to do stand in each <see cref="MaskingFinding"/>.
    /// </remarks>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points; <see cref="GradientMaskingOptions.Points"/> of them are looked at.</param>
    /// <param name="threat">What the evaluation in doubt allows, with ε &gt; 0.</param>
    /// <param name="options">The budgets; null for the defaults.</param>
    /// <param name="cancellation">Stops before the next step of an attack.</param>
    /// <exception cref="ArgumentException">Model, data, threat and options do not fit together, the model is a black box, or it gets every point wrong.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or it has no gradient at all.</exception>
    public static GradientMaskingReport Check(Classifier model, string name, Dataset data, ThreatModel threat,
        GradientMaskingOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(threat);
        options ??= new GradientMaskingOptions();
        options.Validate();
        if (threat.Epsilon == 0) throw new ArgumentException("The checks need ε > 0: with ε = 0 there is nothing to attack.", nameof(threat));
        if (model is BlackBox) throw new ArgumentException($"{model.Architecture} is a black box: it has no gradient that could be masked. Evaluate it with Square or SPSA.", nameof(model));
        using var points = data.Take(Math.Min(options.Points, data.Count));
        using var subject = new Subject(model, points, options.Evaluation, [new Fgsm(threat, options.Loss)]);
        var clock = Stopwatch.StartNew();
        var run = MaskingRun.Of(subject, threat, options, cancellation);
        if (run.Natural.Successes == 0)
            throw new ArgumentException($"{name} gets each of the first {points.Count} points of {data.Name} wrong as it is, so there is nothing to attack. Check labels and weights.", nameof(data));
        return new GradientMaskingReport(name, data.Name, threat, run.Natural, [.. run.Findings()],
            clock.Elapsed.TotalSeconds, run.Cost.ModelEvaluations, subject.Options.Seed, subject.DeviceName)
        {
            Backwards = run.Cost.Backwards,
            Loss = options.Loss,
            Note = options.Loss.FallbackFor(model.Classes),
        };
    }
}
