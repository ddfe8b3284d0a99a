
namespace Adr.Cli.Tests;

public sealed class TestCountTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-trx-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Results(string name, int total, int executed, int passed) =>
        File.WriteAllText(Path.Combine(folder, name + ".trx"), $"""
        <?xml version="1.0" encoding="utf-8"?>
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><ResultSummary outcome="Completed">
          <Counters total="{total}" executed="{executed}" passed="{passed}" failed="{executed - passed}" error="0" />
        </ResultSummary></TestRun>
        """);

    [Fact]
    public void All_files_are_summed_and_a_skipped_test_is_neither_passed_nor_failed()
    {
        Results("a", total: 5, executed: 4, passed: 4);
        Results("b", total: 3, executed: 3, passed: 1);

        Assert.Equal(new TestCount(5, 2), TestCount.Of(folder, 1));
        Assert.Equal("5 passed, 2 failed", TestCount.Of(folder, 1).ToString());
    }

    [Fact]
    public void A_program_that_dies_after_good_tests_is_a_failure()
    {
        Results("a", 3, 3, 3);

        Assert.Equal(new TestCount(3, 1), TestCount.Of(folder, 134));
        Assert.Equal(new TestCount(3, 0), TestCount.Of(folder, 0));
    }

    [Fact]
    public void A_program_that_leaves_no_results_is_a_failure()
    {
        Assert.Equal(new TestCount(0, 1), TestCount.Of(folder, 1));
        Assert.Equal(new TestCount(0, 1), TestCount.Of(Path.Combine(folder, "nothing"), 1));
    }
}
