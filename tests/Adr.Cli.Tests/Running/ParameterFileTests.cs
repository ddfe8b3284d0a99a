using System.Text;

namespace Adr.Cli.Tests;

public sealed class ParameterFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("n: 5", "n", "5", false)]
    [InlineData("n: '5'", "n", "5", true)]
    [InlineData("n: !!str 5", "n", "5", true)]
    [InlineData("n: |-\n  5", "n", "5", true)]
    [InlineData("n: >-\n  5\n  6", "n", "5 6", true)]
    [InlineData("n: [!!str 5, 5]", "n", "[\"5\", 5]", false)]
    [InlineData("{\"n\": 0.1}", "n", "0.1", false)]
    [InlineData("{\"n\": \"a\\\"b\"}", "n", "a\"b", true)]
    [InlineData("n: [1, 2.5, x, '3', ~]", "n", "[1, 2.5, \"x\", \"3\", \"~\"]", false)]
    [InlineData("n:\n  - 1\n  - 2", "n", "[1, 2]", false)]
    [InlineData("n: a: b", null, "line 1", false)]
    [InlineData("- 1", null, "expected names with values", false)]
    [InlineData("n: {a: 1}", null, "line 1: expected a value or a list of values for 'n'", false)]
    [InlineData("2n: 1", null, "'2n' is not the name of a parameter", false)]
    [InlineData("a: 1\nn: [1, [2]]", null, "line 2: expected a value or a list of values for 'n'", false)]
    [InlineData("n: &a [*a]", null, "line 1: expected a value or a list of values for 'n'", false)]
    [InlineData("n: *a", null, "line 1: expected a value or a list of values for 'n'", false)]
    [InlineData("? &a [*a]\n: 1", null, "line 1: a list or a map is not the name of a parameter", false)]
    [InlineData("? [1]\n: 1", null, "line 1: a list or a map is not the name of a parameter", false)]
    [InlineData("n: 1\nn: 2", null, "line 2: 'n' has a value already", false)]
    [InlineData("{\"n\": 1, \"n\": 2}", null, "line 1: 'n' has a value already", false)]
    [InlineData("n: 1\n---\nm: 2", null, "expected one document", false)]
    [InlineData("n: \"\\ud800\"", null, "line 1", false)]
    [InlineData("{", null, "line 2", false)]
    [InlineData("n: \"", null, "line 1", false)]
    [InlineData("\t- :", null, "-f ", false)]
    [InlineData("%YAML 9.9\n---\nn: 1", null, "-f ", false)]
    [InlineData("5", null, "expected names with values", false)]
    [InlineData("n: a\0b", null, "line 1: expected text in UTF-8, but there are the bytes 00", false)]
    public void Reads_yaml_and_json_and_tells_what_is_neither(string text, string? name, string value, bool isText)
    {
        File.WriteAllText(file, text);
        if (name is not null)
            Assert.Equal([new ParameterValue(name, value, isText)], NotebookParameters.ReadFile(file));
        else Assert.Contains(value, Assert.Throws<UsageException>(() => NotebookParameters.ReadFile(file)).Message);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("!a ")]
    public void Deep_nesting_is_told_and_not_followed(string opening)
    {
        File.WriteAllText(file, "n: \n  " + string.Concat(Enumerable.Repeat(opening, 20_000)));
        Assert.StartsWith("-f ", Assert.Throws<UsageException>(() => NotebookParameters.ReadFile(file)).Message);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_told()
    {
        File.WriteAllText(file, "a: 1\nn: \u00e9", Encoding.Latin1);
        var problem = Assert.Throws<UsageException>(() => NotebookParameters.ReadFile(file)).Message;
        Assert.Contains("line 2: expected text in UTF-8, but there are the bytes E9", problem);
    }

    [Fact]
    public void Comments_alone_give_nothing()
    {
        File.WriteAllText(file, "# nothing\n---\n");
        Assert.Empty(NotebookParameters.ReadFile(file));
    }

    [Fact]
    public void An_empty_file_gives_nothing() => Assert.Empty(NotebookParameters.ReadFile(file));
}
