using System.CommandLine;
using System.Xml.Linq;

namespace Adr.Cli;

/// <summary><c>adr test</c>: builds everything, runs the tests, and counts what passed and failed.</summary>
public static class TestCommand
{
    private static readonly Argument<string[]> Projects = new("PROJECT")
    {
        Description = "Names of test projects, such as Adr.Tests. Default: all of them.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Filter = new("--filter")
    {
        Description = "Runs only these tests, as dotnet test's --filter: FullyQualifiedName~Losses.",
        HelpName = "EXPRESSION",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("test", "Builds everything, with warnings as errors, and runs the tests.")
        {
            Projects, Filter,
        };
        command.SetAction(parsed => Run(parsed.GetValue(Projects) ?? [], parsed.GetValue(Filter)));
        return command;
    }

    private static int Run(string[] names, string? filter)
    {
        var tests = Path.Combine(Repository.Root, "tests");
        var folders = Directory.GetDirectories(tests, "*.Tests");
        string[] known = [.. folders.Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
        var unknown = names.Except(known).ToList();
        if (unknown.Count > 0)
            throw new UsageException(
                $"There is no test project {string.Join(", ", unknown)}. Projects: {string.Join(", ", known)}.");
        var results = Repository.Artifact("test");
        if (Directory.Exists(results)) Directory.Delete(results, recursive: true); // those of an earlier run
        var total = new TestCount(0, 0);
        // Without names it is the whole solution, whose projects run in parallel.
        foreach (var name in names.Length > 0 ? names : ["Adr.Notebooks.sln"])
        {
            var folder = Path.Combine(results, name);
            List<string> arguments =
            [
                "test", Path.Combine(names.Length > 0 ? tests : Repository.Root, name),
                "-c", "Release", "--nologo", "-v", "q",
                "--logger", "trx", "--logger", "console;verbosity=minimal", "--results-directory", folder,
                "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none",
            ];
            if (filter is not null) arguments.AddRange(["--filter", filter]);
            total += TestCount.Of(folder, Repository.RunDotnet(arguments));
        }
        if (total == new TestCount(0, 0)) Console.Error.WriteLine("adr: no test was run");
        Console.WriteLine(total);
        return total is { Passed: > 0, Failed: 0 } ? ExitCode.Fine : ExitCode.Failed;
    }
}

/// <summary>How many tests passed and failed. Skipped tests are in neither number.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed, and test programs that crashed or could not be built.</param>
public sealed record TestCount(int Passed, int Failed)
{
    /// <summary>The counts in the .trx files of a folder.</summary>
    /// <param name="folder">Where <c>dotnet test</c> wrote them; it may be missing.</param>
    /// <param name="exitCode">The exit code of <c>dotnet test</c>; only it tells that a test program crashed.</param>
    public static TestCount Of(string folder, int exitCode)
    {
        var count = new TestCount(0, 0);
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.trx", SearchOption.AllDirectories) : [];
        foreach (var counters in files.SelectMany(file => XDocument.Load(file).Descendants()))
        {
            if (counters.Name.LocalName != "Counters") continue;
            var executed = (int?)counters.Attribute("executed") ?? 0;
            var passed = (int?)counters.Attribute("passed") ?? 0;
            count += new TestCount(passed, executed - passed);
        }
        return exitCode != 0 && count.Failed == 0 ? count with { Failed = 1 } : count;
    }

    /// <summary>The sum of two counts.</summary>
    public static TestCount operator +(TestCount left, TestCount right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed);

    /// <summary>"N passed, N failed".</summary>
    public override string ToString() => $"{Passed} passed, {Failed} failed";
}
