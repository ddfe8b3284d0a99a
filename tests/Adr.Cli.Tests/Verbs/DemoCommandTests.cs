namespace Adr.Cli.Tests;

public sealed class DemoCommandTests
{
    [Theory]
    [InlineData("use --budget", "-p", "budget=smoke")]
    [InlineData("-p results: the demo always writes", "-p", "results=x.json")]
    [InlineData("--budget 'fast': expected smoke, quick, desktop or paper", "--budget", "fast")]
    [InlineData("--budget '1': expected", "--budget", "1")]
    public void What_the_demo_sets_itself_is_refused(string message, params string[] arguments)
    {
        var (code, output, errors) = CommandLine.Run(["demo", .. arguments]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.Empty(output);
    }
}
