
namespace Adr.Cli.Tests;

public sealed class NotebookParametersTests
{
    [Fact]
    public void Takes_everything_after_the_first_equals_sign_as_the_value()
    {
        string[] given = ["epochs=5", "note=a=b c", "empty=", "epochs=7"];
        var parsed = given.Select(one => NotebookParameters.Parse("-p", one, isText: false));
        var parameters = NotebookParameters.Merge(parsed);

        var expected = new Dictionary<string, string> { ["epochs"] = "7", ["note"] = "a=b c", ["empty"] = "" };
        Assert.Equal(expected, parameters.Values);
    }

    [Theory]
    [InlineData("epochs")]
    [InlineData("=5")]
    [InlineData("2x=5")]
    [InlineData("a b=5")]
    public void Refuses_what_is_no_name_and_value(string argument)
    {
        var problem = Assert.Throws<UsageException>(() => NotebookParameters.Parse("-p", argument, isText: false));

        Assert.Contains("expected name=value", problem.Message);
    }
}
