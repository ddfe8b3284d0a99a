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

        var (code, _, errors) = elsewhere.Run("run", "a.ipynb");

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("adr: Expected to run from a clone of the repository", errors);
    }

    [Fact]
    public void Without_its_native_library_it_names_the_file()
    {
        using var elsewhere = new Copy();
        File.WriteAllText(Path.Combine(elsewhere.Folder, "Adr.Notebooks.sln"), ""); // so that it takes this for a clone

        var (code, _, errors) = elsewhere.Run("train", "--defence", "ADV");
        var (_, report, _) = elsewhere.Run("doctor");

        Assert.Equal(ExitCode.Missing, code);
        Assert.Matches(@"^adr: .*LibTorchSharp\.(so|dll|dylib) is not beside ", errors);
        Assert.DoesNotContain("   at ", errors);
        Assert.Contains("LibTorchSharp", report);
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
            CommandLine.Run(arguments, Folder, Path.Combine(Folder, "Adr.Cli.dll"), ("NUGET_PACKAGES", Folder));

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
