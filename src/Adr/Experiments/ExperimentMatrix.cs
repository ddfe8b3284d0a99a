using Adr.Data;
using Adr.Models;

namespace Adr.Experiments;

/// <summary>A matrix of runs: every defence under every experiment with every seed.</summary>
/// <remarks>Each run has its own folder, so that finished runs are not run again, and a table is filled cell by cell, by one process or by many.</remarks>
public sealed partial record ExperimentMatrix
{
    /// <summary>The experiments by the name that tables give them; their own seeds do not count.</summary>
    public required IReadOnlyDictionary<string, Experiment> Experiments { get; init; }

    /// <summary>Names that <see cref="Experiment.Defence"/> knows.</summary>
    public required IReadOnlyList<string> Defences { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>All runs: by experiment, then by seed, then by defence, so that a table's first rows are complete first.</summary>
    public IReadOnlyList<MatrixCell> Cells =>
        [.. from experiment in Experiments.Values from seed in Seeds from defence in Defences select new MatrixCell(experiment with { Seed = seed }, defence)];

    /// <summary>Throws unless every run can begin: nothing has run then.</summary>
    /// <exception cref="ArgumentException">Lists every problem of every cell.</exception>
    public void Validate()
    {
        var problems = Problems();
        if (problems.Count > 0) throw new ArgumentException($"The matrix cannot be run:\n  {string.Join("\n  ", problems)}");
    }

    /// <summary>What keeps runs from beginning, one line for each problem; none is good. Loads every data set once.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Experiments.Count == 0) problems.Add("There is no experiment.");
        if (Defences.Count == 0) problems.Add("There is no defence.");
        if (Seeds.Count == 0) problems.Add("There is no seed.");
        foreach (var twice in Twice(Defences).Concat(Twice(Seeds.Select(seed => $"seed {seed}")))) problems.Add($"{twice} is there twice.");
        foreach (var (name, experiment) in Experiments)
            foreach (var problem in experiment.Problems(Defences)) problems.Add($"{name}: {problem}");
        var same = Experiments.GroupBy(pair => string.Join('\n', Defences.Select(defence => pair.Value.FolderOf(defence).FullPath))).FirstOrDefault(group => group.Count() > 1);
        if (same is not null && Defences.Count > 0) problems.Add($"{string.Join(" and ", same.Select(pair => pair.Key))} are trained under the same settings.");
        return problems;
    }

    private static IEnumerable<string> Twice(IEnumerable<string> names) => names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);
}
