using System.Diagnostics;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Runs Auto-Attack on a data set: each attack on the points that still stand, with a state to go on from and reasons to doubt the number.</summary>
public static class AutoAttackEvaluation
{
    /// <summary>Natural accuracy, then robust accuracy after each attack.</summary>
    /// <remarks>
    /// Random numbers depend on the seed and the point's position alone, so the result does not depend on the batch size but for rounding.
    /// With a state file a run that was cut off, even killed, goes on after its last complete batch and ends at the same result to the bit.
    /// </remarks>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points.</param>
    /// <param name="attack">Which attacks.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <param name="stateFile">Where to keep how far it is, a small JSON file; null to keep nothing. After the end it stays, and gives the report again.</param>
    /// <param name="cancellation">Stops before the next step of an attack.</param>
    /// <exception cref="ArgumentException">Model, data, attack and options do not fit together; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The state file belongs to another run, or the model's logits or gradients are not finite.</exception>
    /// <exception cref="InvalidDataException">The state file is damaged.</exception>
    public static AutoAttackReport Evaluate(Classifier model, string name, Dataset data, AutoAttack attack, EvaluationOptions? options = null,
        string? stateFile = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(attack);
        options ??= new EvaluationOptions();
        using var subject = new Subject(model, data, options, [attack]);
        var run = Describe(subject, attack, options);
        var labels = PointLabels.Of(data);
        var state = stateFile is null ? null : AutoAttackState.Read(stateFile, run);
        using var images = options.SaveAdversarialTo is null ? null : new BrokenImages(data, stateFile, isFresh: state is null);
        state ??= Begin(subject, run, labels, attack, cancellation);
        while (state.Stages.Count < attack.Attacks.Count)
            state = Run(subject, attack.Attacks[state.Stages.Count], state, labels, options.BatchSize, stateFile, images, cancellation);

        var robust = state.Robust;
        images?.Save(options.SaveAdversarialTo!, name, attack, options.Seed, robust);
        var after = Believability.After(state.Stages);
        return new AutoAttackReport(name, data.Name, attack.Name, attack.Threat, Proportion.Of(state.Right), state.Stages, Proportion.Of(robust), robust,
            PointLabels.PerClass(robust, labels, data.Classes), after is null ? state.Warnings : [.. state.Warnings, after], data.ClassNames, subject.Options.Seed, subject.DeviceName);
    }

    private static AutoAttackState Begin(Subject subject, JsonObject run, long[] labels, AutoAttack attack, CancellationToken cancellation)
    {
        var right = PointLabels.Match(subject.Predictions(cancellation), labels);
        var warnings = subject.FirstBatch() is { } first ? Look(first) : [];
        return new AutoAttackState(run, right, warnings, [], right, right, 0, 0, 0);

        IReadOnlyList<BelievabilityWarning> Look((Tensor Images, Tensor Labels, long[] Positions) batch)
        {
            using (batch.Images)
            using (batch.Labels)
                return [.. Believability.Before(subject.Model, batch.Images, batch.Labels, new PointSeeds(subject.Options.Seed, batch.Positions), attack)];
        }
    }

    // One attack on the points that stand, from the batch on at which the state is
    private static AutoAttackState Run(Subject subject, Attack attack, AutoAttackState state, long[] labels, int batchSize, string? stateFile, BrokenImages? images, CancellationToken cancellation)
    {
        var (standing, robust) = (state.Standing, (bool[])state.Robust.Clone());
        var done = Enumerable.Range(0, standing.Length).Where(i => standing[i]).Take(state.Batches * batchSize).ToHashSet();
        var wanted = standing.Select((stands, i) => stands && !done.Contains(i)).ToArray();
        var (cost, clock) = (new AttackCost(), Stopwatch.StartNew());
        var before = state;
        foreach (var (_, adversarial, _, positions) in subject.Attacked(attack, wanted, cost, cancellation))
        {
            var predictions = subject.Predict(adversarial);
            for (var i = 0; i < positions.Length; i++) robust[positions[i]] = predictions[i] == labels[positions[i]];
            images?.Take(positions, adversarial, robust, stateFile);
            state = state with { Robust = (bool[])robust.Clone(), Batches = state.Batches + 1, Seconds = before.Seconds + clock.Elapsed.TotalSeconds, ModelEvaluations = before.ModelEvaluations + cost.ModelEvaluations };
            if (stateFile is not null) state.Write(stateFile);
        }
        var (attacked, left) = (standing.Count(stands => stands), robust.Count(stands => stands));
        var stage = new AutoAttackStage(attack.Name, AttackSettings.Of(attack), !attack.NeedsGradient, attacked, attacked - left, Proportion.Of(robust), state.Seconds, state.ModelEvaluations, attack.FallbackFor(subject.Data.Classes));
        state = state with { Stages = [.. state.Stages, stage], Standing = state.Robust, Batches = 0, Seconds = 0, ModelEvaluations = 0 };
        if (stateFile is not null) state.Write(stateFile);
        return state;
    }

    private static JsonObject Describe(Subject subject, AutoAttack attack, EvaluationOptions options) => new()
    {
        ["model"] = Fingerprint.Of(subject.Model),
        ["architecture"] = subject.Model.Architecture,
        ["data"] = Fingerprint.Of([("images", subject.Data.Images), ("labels", subject.Data.Labels)]),
        ["points"] = subject.Data.Count,
        ["attacks"] = string.Join("; ", attack.Attacks.Select(AttackSettings.Whole)),
        ["seed"] = options.Seed,
        ["batchSize"] = options.BatchSize,
        ["attackPrecision"] = options.AttackPrecision.ToString(),
        ["savesImages"] = options.SaveAdversarialTo is not null,
    };
}
