
namespace Adr.Cli.Tests;

public sealed class ParameterFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("n: 5", "n", "5", false)]
    [InlineData("n: '5'", "n", "5", true)]
    [InlineData("{\"n\": 0.1}", "n", "0.1", false)]
    [InlineData("{\"n\": \"a\\\"b\"}", "n", "a\"b", true)]
    [InlineData("n: [1, 2.5, x, '3', ~]", "n", "[1, 2.5, \"x\", \"3\", \"~\"]", false)]
    [InlineData("n:\n  - 1\n  - 2", "n", "[1, 2]", false)]
    [InlineData("n: a: b", null, "line 1", false)]
    [InlineData("- 1", null, "expected names with values", false)]
    [InlineData("n: {a: 1}", null, "line 1: expected a value or a list of values for 'n'", false)]
    [InlineData("2n: 1", null, "'2n' is not the name of a parameter", false)]
    public void Reads_yaml_and_json_and_tells_what_is_neither(string text, string? name, string value, bool isText)
    {
        File.WriteAllText(file, text);
        if (name is not null)
            Assert.Equal([new ParameterValue(name, value, isText)], NotebookParameters.ReadFile(file));
        else Assert.Contains(value, Assert.Throws<UsageException>(() => NotebookParameters.ReadFile(file)).Message);
    }

    [Fact]
    public void An_empty_file_gives_nothing() => Assert.Empty(NotebookParameters.ReadFile(file));
}
