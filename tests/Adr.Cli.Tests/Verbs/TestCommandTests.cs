namespace Adr.Cli.Tests;

public sealed class TestCommandTests
{
    [Fact]
    public void A_project_that_is_not_there_is_refused_with_those_that_are()
    {
        var (code, _, errors) = CommandLine.Run("test", "Adr.Tests", "reference");

        Assert.Equal(ExitCode.Usage, code);
        const string Message = "There is no test project reference. Projects: Adr.Cli.Tests, Adr.Interactive.Tests,";
        Assert.Contains(Message, errors, StringComparison.Ordinal);
    }
}
