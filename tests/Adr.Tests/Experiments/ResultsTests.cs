using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Models;
using Adr.Training;

namespace Adr.Tests.Experiments;

/// <summary>notebooks/RESULTS.md against the matrices and run folders beside it.</summary>
public partial class ResultsTests
{
    [Fact]
    public void Every_table_is_as_adr_table_prints_it()
    {
        var printed = Matrices().SelectMany(matrix =>
                MatrixTable.Of(matrix).Select(table => table.ToMarkdown()).Append(MatrixOverview.ToMarkdown(matrix)))
            .SelectMany(Lines).ToHashSet();
        var tables = Blocks(File.ReadAllText(Here("RESULTS.md")))
            .Where(rows => ResultsHeader().IsMatch(rows[0])).ToList();
        Assert.NotEmpty(tables);
        Assert.DoesNotContain(tables.SelectMany(rows => rows), row => !printed.Contains(row));
    }

    [Fact]
    public void Every_run_folder_belongs_to_a_matrix()
    {
        var known = Matrices().SelectMany(matrix => matrix.Runs)
            .Select(run => Path.GetFileName(run.Folder.FullPath)).ToHashSet();
        Assert.DoesNotContain(Directory.GetDirectories(Here("results/runs")).Select(Path.GetFileName),
            name => !known.Contains(name!));
    }

    /// <summary>The committed weights, by the names of their runs.</summary>
    public static TheoryData<string> CommittedWeights =>
        [.. Directory.GetFiles(Here("results/weights"), "*.safetensors").Select(path => Path.GetFileName(path))];

    [Theory, MemberData(nameof(CommittedWeights))]
    public void Committed_weights_are_those_that_were_evaluated(string file)
    {
        var run = Assert.Single(Directory.GetFiles(
            Here($"results/runs/{Path.GetFileNameWithoutExtension(file)}"), "result-*.json"));
        using var model = new MnistCnn(0);
        Weights.Load(model, Here($"results/weights/{file}"));
        Assert.Equal(Json.Read<ModelResult>(run).Report.Weights, Fingerprint.Of(model));
        Assert.InRange(new FileInfo(Here($"results/weights/{file}")).Length, 1, 2_000_000);
    }

    // tables, as lists of their rows
    private static IEnumerable<List<string>> Blocks(string markdown)
    {
        var rows = new List<string>();
        foreach (var line in Lines(markdown).Append(""))
        {
            if (line.StartsWith('|')) rows.Add(line);
            else if (rows.Count > 0)
            {
                yield return rows;
                rows = [];
            }
        }
    }

    private static IEnumerable<string> Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private static List<ExperimentMatrix> Matrices() => [.. Directory.GetFiles(Here("results"), "*.json").Order()
        .Select(path => ExperimentMatrix.Load(path, Here("results/runs")))];

    private static string Here(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../notebooks", path));

    [GeneratedRegex(@"^\| (experiment \| )?defence \| seeds \|")]
    private static partial Regex ResultsHeader();
}
