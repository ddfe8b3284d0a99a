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

    // Test programs run beside each other (Directory.Solution.targets): two that each take every core are slower.
    private static readonly int Threads = Math.Max(1, Environment.ProcessorCount / 2);

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
        string[] tested = names.Length > 0 ? [.. names.Select(name => Path.Combine(tests, name))] : [Repository.Root];
        var total = new TestCount(0, []);
        foreach (var path in tested)
        {
            var folder = Path.Combine(results, Path.GetFileName(path));
            total += TestCount.Of(folder, RunTests(path, folder, filter));
        }
        if (total is { Passed: 0, Failed: 0 }) Console.Error.WriteLine("adr: no test was run");
        foreach (var name in total.Failures) Console.WriteLine($"failed: {name}");
        Console.WriteLine(total);
        return total is { Passed: > 0, Failed: 0 } ? ExitCode.Fine : ExitCode.Failed;
    }

    private static int RunTests(string path, string results, string? filter)
    {
        string[] filtered = filter is null ? [] : ["--filter", filter];
        return Repository.RunDotnet(
        [
            "test", path, "-c", "Release", "--nologo", "-v", "q", "--logger", "trx",
            "--logger", "console;verbosity=minimal", "--results-directory", results,
            "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none", .. filtered,
        ], Threads);
    }

    private static bool HasProject(string folder) => Directory.EnumerateFiles(folder, "*.csproj").Any();
}

/// <summary>How many tests passed and failed, and which failed. Skipped tests are in neither number.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failures">Names of tests that failed, and one for test programs that crashed or could not be
/// built.</param>
public sealed record TestCount(int Passed, IReadOnlyList<string> Failures)
{
    /// <summary>How many failed.</summary>
    public int Failed => Failures.Count;

    /// <summary>What the .trx files of a folder hold.</summary>
    /// <param name="folder">Where <c>dotnet test</c> wrote them; it may be missing.</param>
    /// <param name="exitCode">The exit code of <c>dotnet test</c>; only it tells that a test program crashed.</param>
    public static TestCount Of(string folder, int exitCode)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.trx", SearchOption.AllDirectories) : [];
        var outcomes = files.Order(StringComparer.Ordinal)
            .SelectMany(file => XDocument.Load(file).Descendants())
            .Where(element => element.Name.LocalName == "UnitTestResult")
            .Where(result => (string?)result.Attribute("outcome") != "NotExecuted")
            .ToLookup(
                result => (string?)result.Attribute("outcome") == "Passed",
                result => (string)result.Attribute("testName")!);
        string[] failures = [.. outcomes[false]];
        if (exitCode != 0 && failures.Length == 0) failures = ["a test program crashed, or could not be built"];
        return new(outcomes[true].Count(), failures);
    }

    /// <summary>The sum of two counts.</summary>
    public static TestCount operator +(TestCount left, TestCount right) =>
        new(left.Passed + right.Passed, [.. left.Failures, .. right.Failures]);

    /// <summary>"N passed, N failed".</summary>
    public override string ToString() => $"{Passed} passed, {Failed} failed";
}
