using Adr.Cli.Running;

namespace Adr.Cli.Tests.Running;

public sealed class NotebookParametersTests
{
    [Fact]
    public void Takes_everything_after_the_first_equals_sign_as_the_value()
    {
        var parameters = NotebookParameters.Parse(["epochs=5", "note=a=b c", "empty=", "epochs=7"]);

        Assert.Equal(new Dictionary<string, string> { ["epochs"] = "7", ["note"] = "a=b c", ["empty"] = "" }, parameters);
    }

    [Theory]
    [InlineData("epochs")]
    [InlineData("=5")]
    [InlineData("2x=5")]
    [InlineData("a b=5")]
    public void Refuses_what_is_no_name_and_value(string argument)
    {
        var problem = Assert.Throws<UsageException>(() => NotebookParameters.Parse([argument]));

        Assert.Contains("expected name=value", problem.Message);
    }
}
