using System.CommandLine;
using Adr.Experiments;

namespace Adr.Cli.Sweeping;

/// <summary>What <c>adr sweep</c> and <c>adr table</c> have in common: a file with a matrix, and where its runs lie.</summary>
internal static class MatrixArgument
{
    internal static Argument<string> Create() => new("matrix") { Description = "A JSON file with experiments, defences and seeds: docs/experiments.md describes it." };

    /// <summary>Reads the matrix.</summary>
    /// <exception cref="UsageException">There is no such file, or it is no matrix.</exception>
    internal static ExperimentMatrix Load(string path, string? runs)
    {
        try
        {
            return ExperimentMatrix.Load(path, RunsFolder.Of(runs));
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            throw new UsageException(problem.Message);
        }
    }
}
