namespace Adr.Evaluation;

/// <summary>What must hold between the numbers of a report that is read back: the faults, as sentences without their
/// full stops.</summary>
internal static class Consistency
{
    /// <summary>Of a share and its parts by class.</summary>
    /// <param name="what">What the share is called.</param>
    /// <param name="share">Of all examples.</param>
    /// <param name="perClass">Of the examples of each class.</param>
    /// <param name="classes">How many classes there are.</param>
    internal static IEnumerable<string> OfClasses(
        string what, Proportion share, IReadOnlyList<Proportion> perClass, int classes)
    {
        if (perClass.Count != classes)
            yield return $"the {what} is given for {perClass.Count} classes, but there are {classes}";
        var (right, all) = (perClass.Sum(part => (long)part.Successes), perClass.Sum(part => (long)part.Total));
        if ((right, all) != (share.Successes, share.Total))
            yield return $"the {what} is {Words(share)}, but its classes have {right} of {all}";
    }

    /// <summary>Of a robust accuracy: its flags, its classes, and the natural accuracy above it.</summary>
    /// <param name="attack">What was run.</param>
    /// <param name="accuracy">The robust accuracy.</param>
    /// <param name="robust">For each example whether it is robust.</param>
    /// <param name="perClass">The robust accuracy of each class.</param>
    /// <param name="natural">The natural accuracy.</param>
    /// <param name="classes">How many classes there are.</param>
    internal static IEnumerable<string> OfRobustAccuracy(string attack, Proportion accuracy, bool[] robust,
        IReadOnlyList<Proportion> perClass, Proportion natural, int classes)
    {
        var what = $"robust accuracy under {attack}";
        if (robust.Length != natural.Total)
            yield return $"{attack} has {robust.Length} flags for {natural.Total} examples";
        if (Proportion.Of(robust) is var counted && counted != accuracy)
            yield return $"the {what} is {Words(accuracy)}, but its flags say {Words(counted)}";
        if (accuracy.Successes > natural.Successes)
            yield return $"the {what} is {Words(accuracy)}, above the natural accuracy, {Words(natural)}";
        foreach (var fault in OfClasses(what, accuracy, perClass, classes)) yield return fault;
    }

    /// <summary>Of what a run spent, and with which settings.</summary>
    /// <param name="what">What was run.</param>
    /// <param name="seconds">Its wall time.</param>
    /// <param name="evaluations">Its forward plus backward passes.</param>
    /// <param name="backwards">The backward ones among them.</param>
    /// <param name="settings">Its settings; null where it has none.</param>
    internal static IEnumerable<string> OfCost(string what, double seconds, long evaluations, long backwards = 0,
        IReadOnlyDictionary<string, string>? settings = null)
    {
        if (!(seconds >= 0 && double.IsFinite(seconds))) yield return $"{what} took {seconds} seconds";
        if (evaluations < 0 || backwards < 0 || backwards > evaluations)
            yield return $"{what} has {backwards} backward passes among {evaluations} passes";
        if (settings?.FirstOrDefault(setting => setting.Value is null).Key is { } unset)
            yield return $"the setting {unset} of {what} is null";
    }

    /// <summary>Of the stages of Auto-Attack: each begins with the examples that the one before it left, or with all
    /// correct ones.</summary>
    internal static IEnumerable<string> OfStages(
        Proportion natural, IReadOnlyList<AutoAttackStage> stages, bool individual)
    {
        var left = natural.Successes;
        foreach (var stage in stages)
        {
            if (individual) left = natural.Successes;
            if (stage.Attacked != left)
                yield return $"{stage.Attack} attacked {stage.Attacked} examples, but {left} were robust before it";
            if (stage.Misclassified < 0 || stage.Misclassified > stage.Attacked)
                yield return $"{stage.Attack} misclassified {stage.Misclassified} of {stage.Attacked} examples";
            left = stage.RobustAccuracy.Successes;
            if (stage.RobustAccuracy.Total != natural.Total || left != stage.Attacked - stage.Misclassified)
                yield return $"{stage.Attack} leaves {Words(stage.RobustAccuracy)} robust, but attacked "
                    + $"{stage.Attacked} of {natural.Total} and misclassified {stage.Misclassified}";
            var (name, backwards) = (stage.Attack, stage.Backwards ?? 0);
            foreach (var fault in OfCost(name, stage.Seconds, stage.ModelEvaluations, backwards, stage.Settings))
                yield return fault;
            if (stage.Perturbation is { } extent && stage.Misclassified == 0)
                yield return $"{name} misclassified nothing, but changed images by {extent.Largest}";
        }
    }

    /// <summary>Of a list of examples.</summary>
    internal static IEnumerable<string> OfExamples(AttackedExamples examples, Proportion natural, int classes)
    {
        foreach (var (name, numbers) in new[]
        {
            ("positions", examples.Positions), ("labels", examples.Labels), ("predictions", examples.Predictions),
        })
        {
            if (numbers.Length != natural.Total)
                yield return $"there are {numbers.Length} {name} for {natural.Total} examples";
            if (numbers.Any(number => number < 0 || name != "positions" && number >= classes))
                yield return $"one of the {name} is below 0 or no class of {classes}";
        }
        var right = examples.Labels.Zip(examples.Predictions).Count(pair => pair.First == pair.Second);
        if (right != natural.Successes)
            yield return $"the natural accuracy is {Words(natural)}, but {right} predictions are right";
    }

    /// <summary>Of what the attacks of Auto-Attack made of each example; only of the first ones that say so.</summary>
    /// <param name="stages">The attacks.</param>
    /// <param name="labels">The true classes.</param>
    /// <param name="right">Which examples are correct without an attack.</param>
    /// <param name="robust">Which stay so under all attacks.</param>
    /// <param name="individual">Whether each attack ran on all correct examples.</param>
    internal static IEnumerable<string> OfPredictions(IReadOnlyList<AutoAttackStage> stages, long[] labels,
        bool[] right, bool[] robust, bool individual)
    {
        var left = (bool[])right.Clone();
        foreach (var stage in stages)
        {
            if (stage.Predictions is not { } predictions) yield break; // written by an earlier version
            if (predictions.Length != labels.Length)
            {
                yield return $"{stage.Attack} has {predictions.Length} predictions for {labels.Length} examples";
                yield break;
            }
            var wrong = 0;
            for (var i = 0; i < labels.Length; i++)
            {
                if (predictions[i] >= 0 != (individual ? right[i] : left[i]))
                    yield return $"example {i} {(predictions[i] < 0 ? "was not attacked" : "was attacked")} by "
                        + $"{stage.Attack}, against its state before";
                if (predictions[i] < 0 || predictions[i] == labels[i]) continue;
                left[i] = false;
                wrong++;
            }
            if (wrong != stage.Misclassified)
                yield return $"{stage.Attack} misclassified {stage.Misclassified} examples, but {wrong} of its "
                    + "predictions are wrong";
        }
        for (var i = 0; i < labels.Length; i++)
            if (left[i] != robust[i])
                yield return $"example {i} is {(robust[i] ? "" : "not ")}robust, against its predictions";
    }

    /// <summary>"3 of 20".</summary>
    internal static string Words(Proportion share) => $"{share.Successes} of {share.Total}";
}
