namespace Adr.Evaluation;

/// <summary>What a model's answers to clean images say against the numbers of its evaluation.</summary>
internal static class OutputNotes
{
    /// <summary>Sentences for a report; none where the answers look as they should.</summary>
    /// <param name="subject">The model, asked once for all points.</param>
    /// <param name="predictions">Its answers [N].</param>
    /// <param name="labels">The classes [N].</param>
    internal static IReadOnlyList<string> Of(Subject subject, long[] predictions, long[] labels)
    {
        var notes = new List<string>();
        var name = subject.Model.Architecture;
        if (subject.ProbabilityRows == labels.Length)
            notes.Add($"Every answer of {name} lies in [0,1] and sums to 1: these look like probabilities, not logits. On them the attacks' losses are flat, so the robust accuracy may be too high. Leave the softmax out of the model.");
        if (predictions.Distinct().Count() == 1 && labels.Distinct().Count() > 1)
            notes.Add($"{name} takes every point for class \"{subject.Data.ClassNames[(int)predictions[0]]}\": it may not look at the images at all, and then its robust accuracy says nothing. GradientMasking.Check tells.");
        return notes;
    }
}
