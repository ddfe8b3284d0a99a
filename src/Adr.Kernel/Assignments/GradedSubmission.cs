using System.Text.Json.Serialization;

namespace Adr.Kernel.Assignments;

/// <summary>What became of a graded cell.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The check holds.</summary>
    Passed,

    /// <summary>The check does not hold, or there is no answer.</summary>
    Failed,

    /// <summary>The time for the whole submission was over before it.</summary>
    NotRun,

    /// <summary>A person has to say.</summary>
    ByHand,
}

/// <summary>A graded cell of a submission.</summary>
/// <param name="Id">Its <c>grade_id</c>.</param>
/// <param name="Points">The points that it earned; null while a person has to say.</param>
/// <param name="Max">The points that it can earn.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Message">Why it failed, in a sentence; empty if it did not.</param>
/// <param name="Seconds">How long it ran.</param>
public sealed record GradedCell(string Id, double? Points, double Max, Verdict Verdict, string Message, double Seconds);

/// <summary>A submission with its points.</summary>
/// <param name="Cells">The graded cells, in the order of the assignment.</param>
/// <param name="Remarks">What was put right before it ran, and what kept it from running to its end.</param>
/// <param name="IsIsolated">Whether it ran in a sandbox.</param>
public sealed record GradedSubmission(IReadOnlyList<GradedCell> Cells, IReadOnlyList<string> Remarks, bool IsIsolated)
{
    /// <summary>The points so far, without those that a person has to give.</summary>
    public double Score => Cells.Sum(cell => cell.Points ?? 0);

    /// <summary>The points that it can earn.</summary>
    public double Max => Cells.Sum(cell => cell.Max);
}
