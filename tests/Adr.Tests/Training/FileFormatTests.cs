using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Adr.Experiments;
using Adr.Training;

namespace Adr.Tests.Training;

public static class FileFormatTests
{
    [Fact] // a file without a number is of the first format
    public static void Renames_what_the_first_format_called_otherwise() => Assert.Equal(
        """{"examples":3,"attacks":[{"misclassified":1,"isScoreBased":true,"loss":"Dlr","keep":"EarlyStop"}]}""",
        Updated("""
            {"points":3,"attacks":[{"broken":1,"isByAnswersAlone":true,"loss":"LogitRatio","keep":"Broken"}]}
            """));

    [Fact] // a name of the present format may be one of the first that meant something else
    public static void Leaves_the_present_format_alone() =>
        Assert.Equal("""{"points":3}""", Updated($$"""{"format":{{FileFormat.Current}},"points":3}"""));

    [Fact]
    public static void Reads_what_it_marks() => Assert.Equal(
        """{"a":1}""", FileFormat.Update(FileFormat.Mark(new JsonObject { ["a"] = 1 }), "a.json")!.ToJsonString());

    [Fact]
    public static void Leaves_out_the_precision_of_attacks_unless_it_was_bfloat16()
    {
        Assert.Equal("""{"options":{"seed":3}}""",
            Updated("""{"format":2,"attackType":"Float32","options":{"seed":3,"attackPrecision":"Auto"}}"""));
        var error = Assert.Throws<InvalidDataException>(() => Updated("""{"format":2,"attackType":"BFloat16"}"""));
        Assert.Contains("bfloat16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Splits_the_switch_that_detached_the_whole_clean_side() => Assert.Equal(
        """{"a":[{"s":1,"smoothness":"CrossEntropy","detachLatent":true,"detachLogits":true}]}""",
        Updated("""{"format":3,"a":[{"s":1,"detachClean":true}]}"""));

    [Fact]
    public static void Refuses_a_later_format()
    {
        var error = Assert.Throws<InvalidDataException>(() => Updated("""{"format":99}"""));
        Assert.Contains("a.json has format 99", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"3\""), InlineData("null"), InlineData("[]"), InlineData("2.5"), InlineData("0"), InlineData("-1")]
    [InlineData("99999999999")]
    public static void Refuses_a_number_that_is_none(string number) => Assert.Contains($"a.json has format {number}",
        Assert.Throws<InvalidDataException>(() => Updated($$"""{"format":{{number}}}""")).Message,
        StringComparison.Ordinal);

    /// <summary>The results in the repository, and two run folders of the first format.</summary>
    public static TheoryData<string> Committed =>
        [.. Directory.GetDirectories(Here("../../../notebooks/results/runs")),
            .. Directory.GetDirectories(Here("../fixtures/runs"))];

    [Theory, MemberData(nameof(Committed))]
    public static void Reads_the_results_in_the_repository(string folder)
    {
        var epochs = new RunFolder(folder).ReadMetrics(note => Assert.Fail(note));
        foreach (var file in Directory.GetFiles(folder, "result-*.json"))
        {
            var result = Json.Read<ModelResult>(file);
            Assert.InRange(result.BestEpoch, 1, epochs.Count);
        }
        Assert.NotEmpty(Json.ReadObject(Path.Combine(folder, "config.json")));
    }

    private static string Here(string path, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, path);

    private static string Updated(string json) => FileFormat.Update(JsonNode.Parse(json), "a.json")!.ToJsonString();
}
