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

    [Fact]
    public void What_is_for_checks_has_a_help_of_its_own()
    {
        var (code, output, _) = CommandLine.Run("train", "--help");

        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains("--steps-memory", output);
    }

    [Fact]
    public void Outside_a_clone_it_says_so()
    {
        var elsewhere = Directory.CreateTempSubdirectory("adr elsewhere ").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            {
                var here = Path.Combine(elsewhere, Path.GetFileName(file));
                if (Path.GetFileName(file).StartsWith("Adr.Cli.", StringComparison.Ordinal)) File.Copy(file, here);
                else File.Copy(file, here);
            }

            var (code, _, errors) = CommandLine.Run(["run", "a.ipynb"], elsewhere, Path.Combine(elsewhere, "Adr.Cli.dll"));

            Assert.Equal(ExitCode.Usage, code);
            Assert.StartsWith("adr: Expected to run from a clone of the repository", errors);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }
}
