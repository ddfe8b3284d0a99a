using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;
using static Adr.Kernel.Notebooks.NotebookJson;

namespace Adr.Kernel.Assignments;

/// <summary>A submission as it is graded: the student's answers and own cells, and all else as in the source.</summary>
/// <param name="Notebook">The notebook to run. Its marked cells are those of the source, in their order.</param>
/// <param name="Remarks">What was put right, in sentences.</param>
public sealed record RestoredSubmission(Notebook Notebook, IReadOnlyList<string> Remarks)
{
    /// <summary>Puts answers and own cells of a submitted notebook into the source of the assignment.</summary>
    /// <remarks>Cells are known by their <c>grade_id</c>. A cell of one's own stays behind the marked cell that it
    /// was behind.</remarks>
    internal static RestoredSubmission Of(Assignment assignment, Notebook source, Notebook submitted)
    {
        var marks = assignment.Marks.ToDictionary(mark => mark.Id, StringComparer.Ordinal);
        var handedOut = assignment.Release(assignment.Folder).Cells
            .Select(cell => (cell, mark: GradingMark.Of(cell))).Where(one => one.mark is not null)
            .ToDictionary(one => one.mark!.Id, one => one.cell.Source, StringComparer.Ordinal);
        var (given, own) = (new Dictionary<string, Cell>(), new Dictionary<string, List<Cell>>());
        var (last, order, remarks) = ("", new List<string>(), new List<string>());
        foreach (var cell in submitted.Cells)
        {
            var id = TextAt(cell.Json["metadata"], "nbgrader", "grade_id") ?? "";
            if (!marks.TryGetValue(id, out var mark)) Own(cell);
            else if (!given.TryAdd(id, cell)) remarks.Add($"The cell {id} is there twice. The first counts.");
            else
            {
                order.Add(last = id);
                if (!mark.IsAnswer && Text(cell.Source) != Text(handedOut[id]))
                    remarks.Add($"The cell {id} was changed. It was graded as it was handed out.");
            }
        }
        if (!order.SequenceEqual(marks.Keys.Where(given.ContainsKey)))
            remarks.Add("Cells were moved. They were graded in the order in which they were handed out.");

        var restored = Notebook.Parse(source.ToJson());
        while (restored.Cells.Count > 0) restored.RemoveAt(0);
        AddOwn("");
        foreach (var cell in source.Cells)
        {
            if (GradingMark.Of(cell) is not { } mark) continue;
            var copy = new Cell(cell.Json.DeepClone().AsObject());
            if (!given.TryGetValue(mark.Id, out var answer))
            {
                remarks.Add($"The cell {mark.Id} is missing. It was graded as it was handed out.");
                if (mark.IsAnswer) copy.Source = handedOut[mark.Id];
            }
            else if (mark.IsAnswer) copy.Source = answer.Source;
            restored.Add(copy);
            AddOwn(mark.Id);
        }
        return new(restored, remarks);

        void Own(Cell cell)
        {
            if (!own.TryGetValue(last, out var cells)) own[last] = cells = [];
            var copy = new Cell(cell.Json.DeepClone().AsObject());
            GradingMark.RemoveFrom(copy);
            (copy.Json["metadata"] as JsonObject)?.Remove("tags"); // which could have it left out
            if (copy.Kind == CellKind.Code) copy.SetOutputs([]);
            cells.Add(copy);
        }

        void AddOwn(string behind)
        {
            foreach (var cell in own.GetValueOrDefault(behind, [])) restored.Add(cell);
        }
    }

    // Editors differ in line ends and in the last empty line.
    private static string Text(string source) => source.ReplaceLineEndings("\n").TrimEnd();
}
