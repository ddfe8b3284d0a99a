using Adr.Kernel.Assignments;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Assignments;

/// <summary>A small assignment in a folder of its own.</summary>
internal sealed class SampleAssignment : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-assignment-").FullName;

    /// <summary>Twice a number, and a text.</summary>
    internal SampleAssignment() : this(
        Marked(new("setup") { IsLocked = true }, Cell.Code("var three = 3;")),
        Marked(new("answer") { IsAnswer = true }, Cell.Code(
            "int Twice(int n)\n{\n    // BEGIN SOLUTION\n    return 2 * n;\n    // END SOLUTION\n}")),
        Check("check", 3, "if (Twice(three) != 6) throw new Exception(\"not 6\");",
            "if (Twice(7) != 14) throw new Exception(\"not 14\");"),
        Marked(new("text") { Points = 2, IsAnswer = true }, Cell.Markdown("Because it is.")))
    {
    }

    /// <summary>A function for each id, which is to return 1, and a check of it.</summary>
    internal SampleAssignment(IEnumerable<string> ids) : this([.. ids.SelectMany(id => new[]
    {
        Answer(id, $"int {id}() => 1;"),
        Check($"check-{id}", 1, $"if ({id}() != 1) throw new Exception(\"{id}\");", ""),
    })])
    {
    }

    internal SampleAssignment(params Cell[] cells)
    {
        var notebook = Notebook.Create();
        foreach (var cell in cells) notebook.Add(cell);
        notebook.Save(Path.Combine(folder, "01.ipynb"));
        Assignment = Assignment.Load(Path.Combine(folder, "01.ipynb"));
    }

    internal Assignment Assignment { get; }

    internal Notebook Release() => Assignment.Release(folder);

    /// <summary>The path of a submission: what was handed out, with some answers.</summary>
    internal string Submit(params (string Id, string Answer)[] answers)
    {
        var submitted = Release();
        foreach (var (id, answer) in answers)
            submitted.Cells.Single(cell => GradingMark.Of(cell)?.Id == id).Source = answer;
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.ipynb");
        submitted.Save(path);
        return path;
    }

    private static Cell Answer(string id, string solution) => Marked(
        new(id) { IsAnswer = true }, Cell.Code($"// BEGIN SOLUTION\n{solution}\n// END SOLUTION"));

    private static Cell Check(string id, double points, string visible, string hidden) => Marked(
        new(id) { Points = points, IsLocked = true },
        Cell.Code($"{visible}\n// BEGIN HIDDEN TESTS\n{hidden}\n// END HIDDEN TESTS"));

    internal static Cell Marked(GradingMark mark, Cell cell)
    {
        mark.WriteTo(cell);
        return cell;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
