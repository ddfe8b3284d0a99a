using Adr.Kernel.Assignments;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Tests;

/// <summary>The assignments of the repository: what is right earns all points, what is wrong loses its own.</summary>
/// <remarks>A wrong answer is a file of notebooks/assignments/wrong: "// answer: ID", "// fails: ID of a check", and
/// the code of the whole cell.</remarks>
public sealed class AssignmentsTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "notebooks", "assignments");

    private readonly string folder = Directory.CreateTempSubdirectory("adr-assignments-").FullName;

    public static TheoryData<string> Names =>
        [.. Directory.GetDirectories(Path.Combine(Folder, "source")).Select(path => Path.GetFileName(path)!)];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // In one engine, which trains what the page trains once: the solution; then each wrong answer with all checks, and
    // the right one again; at last what was handed out. Cells of a tag "long", on which no check depends, are left
    // out.
    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_solution_earns_all_points_nothing_earns_none_and_a_wrong_answer_loses_its_own(string name)
    {
        var assignment = Assignment.Load(Path.Combine(Folder, "source", name, name + ".ipynb"));
        var solution = assignment.Solution(assignment.Folder).Cells
            .Where(cell => cell.Kind == CellKind.Code && !cell.HasTag("long")).ToList();
        var checks = solution.Where(cell => CheckOf(cell) is not null).ToList();
        var stubs = assignment.Release(assignment.Folder).Cells
            .Where(cell => cell.Kind == CellKind.Code && GradingMark.Of(cell) is { IsAnswer: true });
        var wrong = Directory.GetFiles(Path.Combine(Folder, "wrong", name)).Order(StringComparer.Ordinal)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), File.ReadAllLines);
        var (notebook, steps) = (Notebook.Create(), new List<(string Variant, string? Check)>());
        foreach (var cell in solution) Add("solution", cell.Source, CheckOf(cell));
        foreach (var (variant, lines) in wrong)
        {
            Add(variant, string.Join('\n', lines.Skip(2)), null);
            foreach (var cell in checks) Add(variant, cell.Source, CheckOf(cell));
            Add(variant, solution.Single(cell => GradingMark.Of(cell)?.Id == Header(lines[0], "answer")).Source, null);
        }
        foreach (var cell in stubs) Add("nothing", cell.Source, null);
        foreach (var cell in checks) Add("nothing", cell.Source, CheckOf(cell));

        var (failures, outputs) = await RunAsync(notebook, assignment.Folder);

        var lost = failures.Select(failure => (steps[failure.Number - 1], failure.Value)).ToList();
        Assert.All(lost, one => Assert.True(one.Item1.Check is not null, $"{one}")); // checks fail, and nothing else
        Assert.Empty(Lost("solution"));
        // nbgrader would take a value for points, and a line on stderr for a mistake
        Assert.All(steps.Zip(outputs).Where(one => one.First is ("solution", not null)),
            one => Assert.Equal((one.First.Check, 0), (one.First.Check, one.Second)));
        Assert.Equal(checks.Select(CheckOf), Lost("nothing"));
        Assert.NotEmpty(wrong);
        Assert.All(wrong, one => Assert.Equal(
            $"{one.Key}: {Header(one.Value[1], "fails")}", $"{one.Key}: {string.Join(", ", Lost(one.Key))}"));

        IEnumerable<string> Lost(string variant) =>
            lost.Where(one => one.Item1.Variant == variant).Select(one => one.Item1.Check!);

        void Add(string variant, string source, string? check)
        {
            notebook.Add(Cell.Code(source));
            steps.Add((variant, check));
        }
    }

    private static string? CheckOf(Cell cell) => GradingMark.Of(cell) is { IsCheck: true } mark ? mark.Id : null;

    private static string Header(string line, string name) => line.StartsWith($"// {name}: ", StringComparison.Ordinal)
        ? line[$"// {name}: ".Length..]
        : throw new InvalidDataException($"Expected '// {name}: ID', and not: {line}");

    private async Task<(IReadOnlyList<CellFailure> Failures, IEnumerable<int> Outputs)> RunAsync(
        Notebook notebook, string place)
    {
        var path = Path.Combine(folder, "all.ipynb");
        notebook.Save(path);
        var result = await NotebookRunner.RunAsync(new RunOptions
        {
            NotebookPath = path,
            WorkingDirectory = place,
            AllowErrors = true,
            ReferencePaths = [AppContext.BaseDirectory],
            Engine = EngineCommand.ForHost(typeof(Commands).Assembly.Location),
        });
        Assert.Equal(notebook.Cells.Count, result.CellsRun);
        return (result.Failures, Notebook.Load(path).Cells.Select(cell => cell.Outputs.Count));
    }
}
