namespace Adr.Cli.Sweeping;

/// <summary>A matrix as a Slurm job array: each missing cell is one task, which a second submission or a requeue continues where it was cut off.</summary>
/// <param name="Matrix">The matrix file.</param>
/// <param name="Runs">The folder of the run folders, on a file system that the nodes share.</param>
/// <param name="Cells">The numbers of the cells that shall run.</param>
internal sealed record SlurmScript(string Matrix, string Runs, IReadOnlyList<int> Cells)
{
    /// <summary>Writes <c>sweep.sbatch</c> and a copy of the matrix, so that later changes of the file change no number of a cell.</summary>
    /// <returns>The script's path.</returns>
    internal string Write(string folder)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        var copy = Path.Combine(folder, "matrix.json");
        if (Path.GetFullPath(Matrix) != copy) File.Copy(Matrix, copy, overwrite: true);
        var script = Path.Combine(folder, "sweep.sbatch");
        File.WriteAllText(script, Text(folder, copy));
        return script;
    }

    private string Text(string folder, string matrix) => $"""
        #!/usr/bin/env bash
        # Written by ./adr sweep --slurm. What a cluster needs beside (partition, account, time, --gres=gpu:1) goes to sbatch's command line.
        #SBATCH --job-name=adr-sweep
        #SBATCH --array={string.Join(",", Cells)}
        #SBATCH --cpus-per-task=2
        #SBATCH --requeue
        #SBATCH --output={folder}/logs/%a.txt
        #SBATCH --open-mode=append
        set -euo pipefail
        cd {Quoted(Repository.Root)}
        exec ./adr sweep {Quoted(matrix)} --runs {Quoted(Runs)} --task "$SLURM_ARRAY_TASK_ID"

        """;

    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
