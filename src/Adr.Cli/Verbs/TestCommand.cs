using System.Collections.Concurrent;
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

    // Most tests compute on one core, and each project runs its own one after another.
    private const int AtOnce = 2;

    // Two programs that each take every core would be in each other's way.
    private static readonly int Threads = Math.Max(1, Environment.ProcessorCount / AtOnce);

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
        names = [.. names.Distinct()];
        var tests = Path.Combine(Repository.Root, "tests");
        string[] folders = [.. Directory.GetDirectories(tests).Where(HasProject)];
        string[] known = [.. folders.Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
        var unknown = names.Except(known).ToList();
        if (unknown.Count > 0)
            throw new UsageException(
                $"There is no test project {string.Join(", ", unknown)}. Projects: {string.Join(", ", known)}.");
        var results = Repository.Artifact("test");
        if (Directory.Exists(results)) Directory.Delete(results, recursive: true); // those of an earlier run
        string[] built = names.Length > 0 ? [.. names.Select(name => Path.Combine(tests, name))] : [Repository.Root];
        var total = new TestCount(0, built.Count(project => RunDotnet("build", project) != 0));
        if (total.Failed == 0)
        {
            // the one with the most tests first, so that it runs beside all the others
            var order = names.Length > 0 ? names : known.OrderByDescending(name => SourceFiles(tests, name)).ToArray();
            total = RunTests(tests, order, results, filter);
        }
        if (total == new TestCount(0, 0)) Console.Error.WriteLine("adr: no test was run");
        Console.WriteLine(total);
        return total is { Passed: > 0, Failed: 0 } ? ExitCode.Fine : ExitCode.Failed;
    }

    private static TestCount RunTests(string tests, string[] names, string results, string? filter)
    {
        var total = new TestCount(0, 0);
        string[] filtered = filter is null ? [] : ["--filter", filter];
        var ordered = Partitioner.Create(names, EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(ordered, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, name =>
        {
            var folder = Path.Combine(results, name);
            var exitCode = RunDotnet("test", Path.Combine(tests, name),
            [
                "--no-build", "--logger", "trx", "--logger", "console;verbosity=minimal",
                "--results-directory", folder, "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none",
                .. filtered,
            ]);
            var count = TestCount.Of(folder, exitCode);
            lock (names) total += count;
        });
        return total;
    }

    private static int RunDotnet(string verb, string project, params string[] arguments) =>
        Repository.RunDotnet([verb, project, "-c", "Release", "--nologo", "-v", "q", .. arguments], Threads);

    private static bool HasProject(string folder) => Directory.EnumerateFiles(folder, "*.csproj").Any();

    private static int SourceFiles(string tests, string name) =>
        Directory.GetFiles(Path.Combine(tests, name), "*.cs", SearchOption.AllDirectories).Length;
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
