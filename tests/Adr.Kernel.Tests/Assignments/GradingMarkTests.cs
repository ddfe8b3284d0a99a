using System.Text.Json.Nodes;
using Adr.Kernel.Assignments;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Assignments;

public static class GradingMarkTests
{
    [Fact]
    public static void A_mark_is_read_as_it_was_written_and_has_the_keys_of_the_schema_alone()
    {
        foreach (var mark in new GradingMark[]
        {
            new("a-1") { Points = 2.5, IsLocked = true }, new("b_2") { IsAnswer = true }, new("c") { IsLocked = true },
            new("d") { Points = 0, IsAnswer = true },
        })
        {
            var cell = Cell.Code("1");
            mark.WriteTo(cell);
            Assert.Equal(mark, GradingMark.Of(cell));
            var keys = cell.Metadata["nbgrader"]!.AsObject().Select(member => member.Key);
            string[] known = ["grade", "grade_id", "locked", "points", "schema_version", "solution", "task"];
            Assert.Equal(mark.Points is null ? known.Except(["points"]) : known, keys);
            GradingMark.RemoveFrom(cell);
            Assert.Null(GradingMark.Of(cell));
        }
    }

    [Theory]
    [InlineData("5", "'nbgrader' is a number")]
    [InlineData("{ }", "'schema_version' is 0")]
    [InlineData("{ \"schema_version\": 2 }", "'schema_version' is 2")]
    [InlineData("{ \"schema_version\": \"3\" }", "'schema_version' is a string")]
    [InlineData("{ \"schema_version\": 3, \"locked\": false, \"solution\": false }", "'grade' is missing")]
    [InlineData("{ \"schema_version\": 3, \"grade\": 1 }", "'grade' is a number; expected true or false")]
    [InlineData("{ \"schema_version\": 3, \"score\": 1 }", "'score' is not in nbgrader's schema")]
    [InlineData("{ \"schema_version\": 3, \"task\": true }", "it is a task")]
    [InlineData(Answer + "}", "'grade_id' is \"\"")]
    [InlineData(Answer + ", \"grade_id\": \"a b\" }", "'grade_id' is \"a b\"")]
    [InlineData(Answer + ", \"grade_id\": \"a\\n\" }", "'grade_id' is \"a")]
    [InlineData(Graded + "}", "'points' is missing")]
    [InlineData(Graded + ", \"points\": -1 }", "'points' is -1")]
    [InlineData(Graded + ", \"points\": \"2\" }", "'points' is \"2\"")]
    [InlineData(Graded + ", \"points\": 1e9 }", "'points' is 1e9")]
    public static void What_is_not_as_the_schema_says_is_named(string metadata, string fault)
    {
        var cell = Cell.Code("1");
        cell.Metadata["nbgrader"] = JsonNode.Parse(metadata);
        Assert.StartsWith(fault, Assert.Throws<FormatException>(() => GradingMark.Of(cell)).Message);
    }

    [Fact]
    public static void A_cell_that_is_neither_graded_nor_an_answer_nor_locked_has_no_mark()
    {
        var cell = Cell.Markdown("text");
        cell.Metadata["nbgrader"] = JsonNode.Parse(
            "{ \"schema_version\": 3, \"grade\": false, \"locked\": false, \"solution\": false }");
        Assert.Null(GradingMark.Of(cell));
    }

    private const string Answer = "{ \"schema_version\": 3, \"grade\": false, \"locked\": false, \"solution\": true";
    private const string Graded =
        "{ \"schema_version\": 3, \"grade\": true, \"locked\": true, \"solution\": false, \"grade_id\": \"a\"";
}
