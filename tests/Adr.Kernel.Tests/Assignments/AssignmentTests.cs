using Adr.Kernel.Assignments;
using Adr.Kernel.Notebooks;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using static Adr.Kernel.Tests.Assignments.SampleAssignment;

namespace Adr.Kernel.Tests.Assignments;

public sealed class AssignmentTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-assignment-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Students_get_stubs_and_no_hidden_checks_and_the_solution_has_both()
    {
        var assignment = Load(
            Cell.Code("#r \"../../lib/Adr.dll\""),
            Marked(new("text") { Points = 2, IsAnswer = true }, Cell.Markdown("Because.")),
            Marked(new("answer") { IsAnswer = true }, Cell.Code("""
                int Twice(int n)
                {
                    // BEGIN SOLUTION
                    return 2 * n;
                    // END SOLUTION
                }
                """)),
            Marked(new("check") { Points = 3, IsLocked = true }, Cell.Code("""
                if (Twice(1) != 2) throw new Exception("no");
                // BEGIN HIDDEN TESTS
                if (Twice(7) != 14) throw new Exception("no");
                // END HIDDEN TESTS
                """)));
        var place = Path.Combine(folder, "release", "01");

        Assert.Equal(("01", 5.0), (assignment.Name, assignment.MaxScore));
        Assert.Equal(
            [
                "#r \"../../../../lib/Adr.dll\"", "YOUR ANSWER HERE",
                "int Twice(int n)\n{\n    // YOUR CODE HERE\n    throw new System.NotImplementedException();\n}",
                "if (Twice(1) != 2) throw new Exception(\"no\");",
            ],
            assignment.Release(place).Cells.Select(cell => cell.Source));
        Assert.Equal(
            [
                "#r \"../../../../lib/Adr.dll\"", "Because.", "int Twice(int n)\n{\n    return 2 * n;\n}",
                "if (Twice(1) != 2) throw new Exception(\"no\");\nif (Twice(7) != 14) throw new Exception(\"no\");",
            ],
            assignment.Solution(place).Cells.Select(cell => cell.Source));
        Assert.Equal([null, true, true, false], assignment.Release(place).Cells.Select(
            cell => cell.Metadata["deletable"] is null ? null : (bool?)(cell.Metadata["editable"] is null)));
        Assert.Equal(assignment.Marks, assignment.Release(place).Cells.Select(GradingMark.Of).OfType<GradingMark>());
    }

    [Fact]
    public void An_answer_without_a_marked_part_is_an_answer_as_a_whole_and_outputs_go()
    {
        var cell = Marked(new("a") { Points = 1, IsAnswer = true }, Cell.Code("6 * 7"));
        cell.SetOutputs([Output.Stream("stdout", "42")]);
        cell.ExecutionCount = 3;
        var assignment = Load(cell);
        Assert.Equal(Assignment.CodeStub, assignment.Release(folder).Cells[0].Source);
        Assert.Equal("6 * 7", assignment.Solution(folder).Cells[0].Source);
        foreach (var made in new[] { assignment.Release(folder), assignment.Solution(folder) })
            Assert.Equal((0, null), (made.Cells[0].Outputs.Count, made.Cells[0].ExecutionCount));
    }

    [Law]
    public Property No_line_of_a_solution_or_a_hidden_check_is_handed_out() => Prop.ForAll(
        Gen.Elements("keep", "  begin", "end", "hidden", "").ListOf().Select(kinds => kinds.ToList()).ToArbitrary(),
        kinds =>
        {
            // Every text of lines and well-formed parts: a part is closed before the next begins.
            var (lines, secrets, isOpen) = (new List<string>(), new List<string>(), false);
            foreach (var (kind, n) in kinds.Select((kind, n) => (kind, n)))
            {
                if (kind == "  begin" && !isOpen) (isOpen, _) = (true, Add("  // BEGIN SOLUTION"));
                else if (kind == "end" && isOpen) (isOpen, _) = (false, Add("// END SOLUTION"));
                else if (isOpen) secrets.Add(Add($"secret {n};"));
                else Add(kind is "keep" ? $"keep {n};" : "");
            }
            if (isOpen) Add("// END SOLUTION");
            var kept = lines.Where(line => line.StartsWith("keep", StringComparison.Ordinal)).ToList();
            var cell = Cell.Code(string.Join('\n', lines));
            var assignment = Load(Marked(new("a") { Points = 1, IsAnswer = true }, cell));
            var (release, solution) = (assignment.Release(folder), assignment.Solution(folder));
            var (given, whole) = (release.Cells[0].Source.Split('\n'), solution.Cells[0].Source.Split('\n'));
            Assert.DoesNotContain(given, line => line.Contains("secret", StringComparison.Ordinal));
            Assert.DoesNotContain(given.Concat(whole), line => line.Contains("SOLUTION", StringComparison.Ordinal));
            Assert.Equal(secrets, whole.Where(line => line.StartsWith("secret", StringComparison.Ordinal)));
            if (lines.Exists(line => line.Contains("BEGIN", StringComparison.Ordinal)))
                Assert.Equal(kept, given.Where(line => line.StartsWith("keep", StringComparison.Ordinal)));

            string Add(string line)
            {
                lines.Add(line);
                return line;
            }
        });

    [Theory]
    [InlineData("// BEGIN SOLUTION", true, "'BEGIN SOLUTION' has no 'END SOLUTION' after it")]
    [InlineData("// END SOLUTION", true, "'END SOLUTION' has no 'BEGIN SOLUTION' before it")]
    [InlineData("// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION", true, "'BEGIN SOLUTION' is there twice")]
    [InlineData("// BEGIN SOLUTION\n// END SOLUTION", false, "it has a solution and is not marked as an answer")]
    [InlineData("// BEGIN HIDDEN TESTS\n// END HIDDEN TESTS", true, "it has hidden tests and is not a check")]
    public void A_source_that_would_hand_out_what_it_must_not_is_refused(string source, bool isAnswer, string fault)
    {
        var problem = Assert.Throws<InvalidDataException>(() => Load(
            Marked(new("graded") { Points = 1, IsLocked = true }, Cell.Code("1")),
            Marked(new("cell") { IsAnswer = isAnswer, IsLocked = !isAnswer }, Cell.Code(source))));
        Assert.Contains($"01.ipynb', cell 2: {fault}", problem.Message);
    }

    [Fact]
    public void What_is_no_assignment_is_named()
    {
        Refused("has no cell with points", Marked(new("a") { IsAnswer = true }, Cell.Code("1")));
        Refused("two cells have the grade_id \"a\"", Marked(new("a") { IsAnswer = true }, Cell.Code("1")),
            Marked(new("a") { Points = 1, IsLocked = true }, Cell.Code("1")));
        Refused("a text is graded by a person", Marked(new("a") { Points = 1, IsLocked = true }, Cell.Markdown("1")));
        File.WriteAllText(Path.Combine(folder, "01.ipynb"), "{");
        Assert.Contains("01.ipynb", Assert.Throws<InvalidDataException>(
            () => Assignment.Load(Path.Combine(folder, "01.ipynb"))).Message);

        void Refused(string fault, params Cell[] cells) =>
            Assert.Contains(fault, Assert.Throws<InvalidDataException>(() => Load(cells)).Message);
    }

    private Assignment Load(params Cell[] cells)
    {
        var notebook = Notebook.Create();
        foreach (var cell in cells) notebook.Add(cell);
        var path = Path.Combine(folder, "01.ipynb");
        notebook.Save(path);
        return Assignment.Load(path);
    }
}
