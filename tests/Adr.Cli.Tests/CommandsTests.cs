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
        using var elsewhere = new Copy();

        var (code, _, errors) = elsewhere.Run("demo");

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("adr: This needs a clone of the repository", errors);
    }

    [Fact]
    public void Where_libtorch_cannot_be_restored_it_says_why()
    {
        using var elsewhere = new Copy();
        File.WriteAllText(Path.Combine(elsewhere.Folder, "nuget.config"),
            "<configuration><packageSources><clear /></packageSources></configuration>");

        var (code, _, errors) = elsewhere.Run("train", "--defence", "ADV");
        var (_, report, _) = elsewhere.Run("doctor");

        Assert.Equal(ExitCode.Missing, code);
        Assert.Matches(@"(?m)^adr: TorchSharp-cpu, [\d.]+ could not be restored:\nerror NU", errors);
        Assert.DoesNotContain("   at ", errors);
        Assert.Contains("TorchSharp-cpu", report);
        Assert.Contains("The experiments cannot run", report);
    }

    /// <summary>The built command in another folder, without libtorch.</summary>
    private sealed class Copy : IDisposable
    {
        internal Copy()
        {
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
                File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }

        internal string Folder { get; } = Directory.CreateTempSubdirectory("adr elsewhere ").FullName;

        internal (int Code, string Output, string Errors) Run(params string[] arguments) =>
            CommandLine.Run(arguments, Folder, Path.Combine(Folder, "Adr.Cli.dll"),
                ("NUGET_PACKAGES", Folder), ("ADR_PACKAGE_CACHE", Path.Combine(Folder, "restored")), ("ADR_TORCH", ""));

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
