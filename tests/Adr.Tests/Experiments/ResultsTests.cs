using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Models;
using Adr.Training;

namespace Adr.Tests.Experiments;

/// <summary>notebooks/RESULTS.md against the matrices and run folders beside it. After new runs, run these tests with
/// ADR_ACCEPT=1, which writes what they compute into it, and read the difference in git.</summary>
public partial class ResultsTests
{
    [Fact]
    public void Every_table_and_count_is_as_the_runs_give_it()
    {
        var written = File.ReadAllText(Here("RESULTS.md")).ReplaceLineEndings("\n");
        var matrices = Matrices();
        var computed = Printed().Replace(written, found =>
            $"{found.Groups["begin"]}\n\n{Text(found.Groups["what"].Value, matrices)}\n\n{found.Groups["end"]}");
        computed = State().Replace(computed, found =>
            $"{found.Groups["row"]}| {Done(matrices[found.Groups["file"].Value])} |");
        if (Environment.GetEnvironmentVariable("ADR_ACCEPT") == "1") File.WriteAllText(Here("RESULTS.md"), computed);
        else Assert.Equal(computed, written);
    }

    [Fact]
    public void Every_matrix_with_runs_has_its_table_and_its_line()
    {
        var written = File.ReadAllText(Here("RESULTS.md"));
        var tables = Printed().Matches(written).Select(found => found.Groups["what"].Value.Split(' ')[0]).ToHashSet();
        var lines = State().Matches(written).Select(found => found.Groups["file"].Value).ToHashSet();
        var begun = Matrices().Where(pair => pair.Value.Runs.Any(run => run.Result() is not null))
            .Select(pair => pair.Key).ToList();
        Assert.NotEmpty(begun);
        Assert.Empty(begun.Except(tables));
        Assert.Empty(begun.Except(lines));
    }

    [Fact] // a table outside the marks would be compared with nothing
    public void No_table_of_results_stands_elsewhere() => Assert.DoesNotContain(
        Printed().Replace(File.ReadAllText(Here("RESULTS.md")).ReplaceLineEndings("\n"), "").Split('\n'),
        line => ResultsHeader().IsMatch(line));

    [Fact] // where a run came and only RESULTS.md was written anew
    public void The_readme_repeats_numbers_of_the_tables()
    {
        var known = Cells(File.ReadAllText(Here("RESULTS.md")));
        var readme = File.ReadAllText(Here("../README.md"));
        var repeated = Cells(readme).Where(cell => Accuracy().IsMatch(cell)).ToList();
        var intervals = Interval().Matches(readme).Select(found => Whitespace().Replace(found.Value, " ")).ToList();
        Assert.NotEmpty(repeated);
        Assert.NotEmpty(intervals);
        Assert.All(repeated, cell => Assert.Contains(known,
            one => one == cell || one.StartsWith(cell + " [", StringComparison.Ordinal)));
        Assert.All(intervals, interval => Assert.Contains(known, cell => cell.TrimStart('+', '−') == interval));

        static List<string> Cells(string markdown) => [.. markdown.ReplaceLineEndings("\n").Split('\n')
            .Where(line => line.StartsWith('|')).SelectMany(line => line.Split('|')).Select(cell => cell.Trim())];
    }

    [Fact]
    public void Every_run_folder_belongs_to_a_matrix()
    {
        var known = Matrices().Values.SelectMany(matrix => matrix.Runs)
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

    // what adr table prints, without the heading; or what all runs took
    private static string Text(string what, SortedDictionary<string, ExperimentMatrix> matrices)
    {
        if (what == "all runs")
            return MatrixTable.WhatTheyTook([.. matrices.Values.SelectMany(MatrixTable.Of).SelectMany(table =>
                table.Runs)]);
        var words = what.Split(' ');
        var matrix = matrices[words[0]];
        var text = words is [_, "--together"]
            ? MatrixOverview.ToMarkdown(matrix)
            : string.Join("\n", MatrixTable.Of(matrix).Select(table => table.ToMarkdown()));
        return Heading().Replace(text.ReplaceLineEndings("\n"), "").Trim();
    }

    private static string Done(ExperimentMatrix matrix)
    {
        var runs = matrix.Runs.DistinctBy(run => run.ResultPath).ToList();
        return $"{runs.Count(run => run.Result() is not null)} of {runs.Count}";
    }

    private static SortedDictionary<string, ExperimentMatrix> Matrices() => new(
        Directory.GetFiles(Here("results"), "*.json").ToDictionary(
            path => Path.GetFileName(path), path => ExperimentMatrix.Load(path, Here("results/runs"))),
        StringComparer.Ordinal);

    private static string Here(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../notebooks", path));

    [GeneratedRegex("(?<begin><!-- adr table: (?<what>[^>]+) -->)\n(?:(?!<!-- adr).)*?(?<end><!-- end -->)",
        RegexOptions.Singleline)]
    private static partial Regex Printed();

    // a matrix' line of the table of what has been run; its last cell
    [GeneratedRegex(@"(?<row>^\| \[(?<file>[\w-]+\.json)\]\(results/.*?)\|(?<state>[^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex State();

    [GeneratedRegex(@"^\| (experiment \| )?defence \| seeds \|")]
    private static partial Regex ResultsHeader();

    [GeneratedRegex(@"^\d+\.\d( ± \d+\.\d)?$")]
    private static partial Regex Accuracy();

    [GeneratedRegex(@"\d+\.\d\s+±\s+\d+\.\d")]
    private static partial Regex Interval();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    [GeneratedRegex("^### .*\n", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
