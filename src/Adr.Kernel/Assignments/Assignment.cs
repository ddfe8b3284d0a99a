using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Assignments;

/// <summary>An assignment: a notebook with its solutions and all of its checks, in nbgrader's format.</summary>
/// <remarks>
/// A cell that is an answer holds a part between <c>// BEGIN SOLUTION</c> and <c>// END SOLUTION</c>, or is an answer
/// as a whole. A check may hold a part between <c>// BEGIN HIDDEN TESTS</c> and <c>// END HIDDEN TESTS</c>.
/// </remarks>
public sealed class Assignment
{
    /// <summary>What stands in the place of code that the student is to write.</summary>
    public const string CodeStub = "// YOUR CODE HERE\nthrow new System.NotImplementedException();";

    /// <summary>What stands in the place of a text that the student is to write.</summary>
    public const string TextStub = "YOUR ANSWER HERE";

    private readonly string text;
    private readonly Notebook source;
    private readonly IReadOnlyList<GradingMark?> marks; // of each cell

    private Assignment(string path, string text, Notebook source)
    {
        (this.text, this.source, Folder) = (text, source, Path.GetDirectoryName(Path.GetFullPath(path))!);
        Name = Path.GetFileNameWithoutExtension(path);
        marks = [.. source.Cells.Select((cell, index) => Read(cell, $"'{path}', cell {index + 1}"))];
        var ids = Marks.GroupBy(mark => mark.Id).FirstOrDefault(same => same.Count() > 1);
        if (ids is not null) throw new InvalidDataException($"'{path}': two cells have the grade_id \"{ids.Key}\".");
        if (!Marks.Any(mark => mark.Points is not null))
            throw new InvalidDataException($"'{path}' has no cell with points. Is it an assignment?");
    }

    /// <summary>The name of its file, without the extension.</summary>
    public string Name { get; }

    /// <summary>The folder of the source, with the files that the notebook reads.</summary>
    public string Folder { get; }

    /// <summary>The marks of the cells that have one, in order.</summary>
    public IEnumerable<GradingMark> Marks => marks.OfType<GradingMark>();

    /// <summary>The sum of all points.</summary>
    public double MaxScore => Marks.Sum(mark => mark.Points ?? 0);

    /// <summary>Reads the source of an assignment.</summary>
    /// <exception cref="InvalidDataException">It is not one. The message names the file and the cell.</exception>
    public static Assignment Load(string path)
    {
        try
        {
            var notebook = Notebook.Load(path);
            return new Assignment(path, notebook.ToJson(), notebook);
        }
        catch (NotebookFormatException problem)
        {
            throw new InvalidDataException(problem.Message, problem);
        }
    }

    /// <summary>What students get: answers are empty, hidden checks and outputs are gone.</summary>
    /// <param name="place">The folder that it is for; relative paths are adapted to it.</param>
    public Notebook Release(string place) => Copy(place, (cell, mark) =>
    {
        var code = cell.Kind == CellKind.Code;
        if (mark is { IsAnswer: true })
        {
            var stub = code ? CodeStub : TextStub;
            cell.Source = Region.Solution.IsIn(cell.Source) ? Region.Solution.Replaced(cell.Source, stub) : stub;
        }
        else if (code)
        {
            cell.Source = Region.HiddenTests.Without(cell.Source).TrimEnd('\n');
        }
        if (mark is null) return;
        cell.Metadata["deletable"] = false; // for Jupyter; a cell that is changed nevertheless is restored
        if (!mark.IsAnswer) cell.Metadata["editable"] = false;
    });

    /// <summary>The answers with all checks, as a page to read.</summary>
    /// <param name="place">The folder that it is for; relative paths are adapted to it.</param>
    public Notebook Solution(string place) => Copy(place, (cell, _) =>
        cell.Source = Region.HiddenTests.WithoutMarks(Region.Solution.WithoutMarks(cell.Source)));

    /// <summary>A submitted notebook as it is graded.</summary>
    /// <param name="submitted">What came back. Its cells are known by their <c>grade_id</c>.</param>
    public RestoredSubmission Restore(Notebook submitted) => RestoredSubmission.Of(this, source, submitted);

    /// <summary>Whether an answer is as it was handed out.</summary>
    internal bool IsEmpty(string id, string answer) =>
        Release(Folder).Cells.First(cell => GradingMark.Of(cell)?.Id == id).Source.Trim() == answer.Trim();

    private Notebook Copy(string place, Action<Cell, GradingMark?> change)
    {
        var copy = Notebook.Parse(text);
        foreach (var (cell, mark) in copy.Cells.Zip(marks))
        {
            change(cell, mark);
            if (cell.Kind != CellKind.Code) continue;
            cell.SetOutputs([]);
            cell.ExecutionCount = null;
        }
        StaticNotebook.Move(copy, Folder, place);
        return copy;
    }

    private static GradingMark? Read(Cell cell, string where)
    {
        try
        {
            var mark = GradingMark.Of(cell);
            var hasSolution = Region.Solution.IsIn(cell.Source);
            var hasHidden = Region.HiddenTests.IsIn(cell.Source);
            if (hasSolution && mark is not { IsAnswer: true })
                throw new FormatException("it has a solution and is not marked as an answer ('solution')");
            if (hasHidden && mark is not { IsCheck: true })
                throw new FormatException("it has hidden tests and is not a check (a 'grade' that is no 'solution')");
            if (cell.Kind == CellKind.Markdown && mark is not null && mark.Points is not null != mark.IsAnswer)
                throw new FormatException("a text is graded by a person: 'grade' and 'solution' go together");
            if (cell.Kind is not (CellKind.Markdown or CellKind.Code) && mark is not null)
                throw new FormatException("only code and Markdown can be marked");
            return mark;
        }
        catch (FormatException problem)
        {
            throw new InvalidDataException($"{where}: {problem.Message}.", problem);
        }
    }
}
