namespace Adr.Cli.Tests;

public sealed class CommandsTests
{
    [Theory]
    [InlineData("Required command was not provided.")]
    [InlineData("'dance'", "dance")]
    [InlineData("'--loud'", "doctor", "--loud")]
    public void What_cannot_be_parsed_is_named_and_ends_with_2(string message, params string[] arguments)
    {
        var (code, output, errors) = CommandLine.Run(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.Contains("./adr help", errors);
        Assert.Empty(output);
    }

    [Fact]
    public void Help_lists_what_is_for_users_and_not_what_is_for_checks()
    {
        var (code, output, _) = CommandLine.Run("--help");

        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains("doctor", output);
        Assert.DoesNotContain("train ", output);
    }
}
