namespace Adr.Cli.Tests.Script;

/// <summary>How <c>./adr test</c> counts.</summary>
public sealed class TestVerbTests : IDisposable
{
    private readonly StubbedMachine machine = new StubbedMachine().WithDebiansLibtorch();

    public void Dispose() => machine.Dispose();

    // The stub of `dotnet test DLL --logger trx;LogFileName=NAME.trx --results-directory FOLDER …` runs this with those arguments.
    private void TestsDo(string script)
    {
        var file = Path.Combine(machine.Home, "tests.sh");
        File.WriteAllText(file, "trx=\"$5/${3#*=}\"\n" + script);
        machine.With("STUB_TESTS", file);
    }

    private static string Counters(int total, int executed, int passed) =>
        $"""echo '<TestRun><ResultSummary><Counters total="{total}" executed="{executed}" passed="{passed}" failed="{executed - passed}" error="0" /></ResultSummary></TestRun>' >"$trx" """;

    private static string LastLine(string output) => output.TrimEnd('\n').Split('\n')[^1];

    [Fact]
    public void Sums_over_the_projects()
    {
        TestsDo(Counters(total: 5, executed: 5, passed: 5));

        var (code, output, _) = machine.Adr("test");

        Assert.Equal(0, code);
        Assert.Equal("10 passed, 0 failed", LastLine(output));
        Assert.Matches(@"One\.Tests +5 passed, 0 failed", output);
    }

    [Fact]
    public void A_skipped_test_is_neither_passed_nor_failed()
    {
        TestsDo(Counters(total: 5, executed: 4, passed: 4));

        var (code, output, _) = machine.Adr("test", "One.Tests");

        Assert.Equal(0, code);
        Assert.Equal("4 passed, 0 failed", LastLine(output));
    }

    [Fact]
    public void A_failed_test_fails_the_verb_and_shows_the_log()
    {
        TestsDo($"echo 'Assert.Equal() Failure'; case $1 in *One*) {Counters(3, 3, 2)}; exit 1 ;; *) {Counters(4, 4, 4)} ;; esac");

        var (code, output, _) = machine.Adr("test");

        Assert.Equal(1, code);
        Assert.Equal("6 passed, 1 failed", LastLine(output));
        Assert.Contains("Assert.Equal() Failure", output);
    }

    [Fact]
    public void A_host_that_crashes_after_good_tests_is_a_failure()
    {
        TestsDo($"case $1 in *One*) {Counters(3, 3, 3)}; echo 'Test host process crashed'; exit 1 ;; *) {Counters(4, 4, 4)} ;; esac");

        var (code, output, _) = machine.Adr("test");

        Assert.Equal(1, code);
        Assert.Equal("7 passed, 1 failed", LastLine(output));
    }

    [Fact]
    public void A_host_that_leaves_no_results_is_a_failure()
    {
        TestsDo("exit 134");

        var (code, output, _) = machine.Adr("test", "One.Tests");

        Assert.Equal(1, code);
        Assert.Equal("0 passed, 1 failed", LastLine(output));
    }

    [Fact]
    public void No_test_at_all_is_a_failure()
    {
        TestsDo(Counters(total: 0, executed: 0, passed: 0));

        var (code, output, errors) = machine.Adr("test");

        Assert.Equal(1, code);
        Assert.Equal("0 passed, 0 failed", LastLine(output));
        Assert.Contains("no test ran", errors);
    }

    [Fact]
    public void Results_of_an_earlier_run_do_not_count()
    {
        TestsDo(Counters(total: 5, executed: 5, passed: 5));
        machine.Adr("test", "One.Tests");
        TestsDo("exit 1");

        Assert.Equal("0 passed, 1 failed", LastLine(machine.Adr("test", "One.Tests").Output));
    }

    [Fact]
    public void Options_after_two_dashes_reach_dotnet_test()
    {
        TestsDo(Counters(1, 1, 1));

        Assert.Equal(0, machine.Adr("test", "One.Tests", "--", "--filter", "Name~a b").Code);
        Assert.Contains(machine.Calls, call => call.EndsWith("--filter Name~a b", StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_may_end_with_a_slash()
    {
        TestsDo(Counters(1, 1, 1));

        var (code, output, _) = machine.Adr("test", "One.Tests/");

        Assert.Equal(0, code);
        Assert.Equal("1 passed, 0 failed", LastLine(output));
        Assert.Contains(machine.Places, place => place == ("dotnet test", machine.Repository));
    }

    [Theory]
    [InlineData("--filter", "options of dotnet test come after --")]
    [InlineData("Nothing.Tests", "there is no test project Nothing.Tests. Projects: One.Tests Two.Tests")]
    [InlineData("reference", "there is no test project reference")]
    [InlineData("../tests/One.Tests", "there is no test project ../tests/One.Tests")]
    public void Anything_else_is_refused_before_the_build(string argument, string message)
    {
        Directory.CreateDirectory(Path.Combine(machine.Repository, "tests/reference"));

        var (code, _, errors) = machine.Adr("test", argument);

        Assert.Equal(2, code);
        Assert.Contains(message, errors);
        Assert.DoesNotContain(machine.Calls, call => call.StartsWith("dotnet", StringComparison.Ordinal));
    }

    [Fact]
    public void The_system_engines_own_tests_are_left_out_with_another_engine()
    {
        Directory.CreateDirectory(Path.Combine(machine.Repository, "tests/Torch.Tests"));
        Directory.CreateDirectory(Path.Combine(machine.Repository, "src/Torch"));
        foreach (var project in new[] { "src/Torch/Torch", "src/Adr.Cli/Adr.Cli", "tests/Torch.Tests/Torch.Tests", "tests/One.Tests/One.Tests" })
            File.WriteAllText(Path.Combine(machine.Repository, project + ".csproj"), "");
        TestsDo(Counters(1, 1, 1));

        var (_, output, errors) = machine.With("ADR_TORCH", "cpu").Adr("test");

        Assert.Equal("2 passed, 0 failed", LastLine(output));
        Assert.Contains("Torch.Tests: not run, the engine is cpu", errors);
        using var filter = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(machine.Repository, ".adr/without-torch.slnf")));
        Assert.Equal(
            [@"src\Adr.Cli\Adr.Cli.csproj", @"tests\One.Tests\One.Tests.csproj"],
            filter.RootElement.GetProperty("solution").GetProperty("projects").EnumerateArray().Select(project => project.GetString()));
    }
}
