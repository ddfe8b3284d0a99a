namespace Adr.Evaluation;

public sealed partial record RobustnessReport
{
    /// <summary>Reports of one model on the same points as one, with the worst case over all of their attacks.</summary>
    /// <param name="parts">At least one, of the same data, number of points, seed and natural accuracy.</param>
    /// <exception cref="ArgumentException">There is no report, or they are of different things.</exception>
    public static RobustnessReport Together(IReadOnlyList<RobustnessReport> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("There is no report to put together.", nameof(parts));
        var first = parts[0];
        if (parts.FirstOrDefault(part => Same(part) != Same(first)) is { } other)
            throw new ArgumentException($"{Words(first)} and {Words(other)}: reports of different things cannot be put together.", nameof(parts));
        AttackResult[] attacks = [.. parts.SelectMany(part => part.Attacks)];
        var worst = attacks.Length == 0 ? first.Natural : Proportion.Of(Enumerable.Range(0, first.Points).Select(i => Array.TrueForAll(attacks, attack => attack.Robust[i])).ToArray());
        return first with { Attacks = attacks, WorstCase = worst, Notes = [.. parts.SelectMany(part => part.Notes).Distinct()] };
    }

    private static (string Model, string Data, Proportion Natural, long Seed) Same(RobustnessReport report) => (report.Model, report.DataSet, report.Natural, report.Seed);

    private static string Words(RobustnessReport report) => $"{report.Model} on {report.DataSet} (natural {report.Natural.Successes} of {report.Points}, seed {report.Seed})";
}
