using System.CommandLine;

namespace Adr.Cli.Testing;

/// <summary><c>adr test</c>: builds everything and runs the tests by <c>dotnet test</c>, then sums what passed and failed.</summary>
public static class TestCommand
{
    private static readonly Argument<string[]> Projects = new("PROJECT")
    {
        Description = "Test projects by name, such as Adr.Tests; without, all of them.", Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Filter = new("--filter")
    {
        Description = "Only these tests, as dotnet test's --filter: FullyQualifiedName~Losses.", HelpName = "EXPRESSION",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("test", "Builds everything, warnings are errors, and runs the tests.") { Projects, Filter };
        command.SetAction(parsed => Run(parsed.GetValue(Projects) ?? [], parsed.GetValue(Filter)));
        return command;
    }

    private static int Run(string[] names, string? filter)
    {
        var unknown = names.Except(Known()).ToList();
        if (unknown.Count > 0)
            throw new UsageException($"There is no test project {string.Join(", ", unknown)}. Projects: {string.Join(", ", Known())}.");
        var results = Repository.Artifact("test");
        if (Directory.Exists(results)) Directory.Delete(results, recursive: true); // an earlier run's count for nothing
        var total = new TestCount(0, 0);
        // The solution's projects run two and more at a time, as by a plain dotnet test.
        foreach (var name in names.Length > 0 ? names : ["Adr.Notebooks.sln"])
        {
            var folder = Path.Combine(results, name);
            List<string> arguments =
            [
                "test", Path.Combine(Repository.Root, names.Length > 0 ? "tests" : "", name), "-c", "Release", "--nologo", "-v", "q",
                "--logger", "trx", "--logger", "console;verbosity=minimal", "--results-directory", folder,
                "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none",
            ];
            if (filter is not null) arguments.AddRange(["--filter", filter]);
            total += TestCount.Of(folder, Dotnet.Run(arguments));
        }
        if (total == new TestCount(0, 0)) Console.Error.WriteLine("adr: no test ran");
        Console.WriteLine(total);
        return total is { Passed: > 0, Failed: 0 } ? ExitCode.Fine : ExitCode.Failed;
    }

    private static IReadOnlyList<string> Known() =>
        [.. Directory.GetDirectories(Path.Combine(Repository.Root, "tests"), "*.Tests").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
}
