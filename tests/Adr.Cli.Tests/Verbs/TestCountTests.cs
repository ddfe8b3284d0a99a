namespace Adr.Cli.Tests;

public sealed class TestCountTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-trx-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Results(string name, params string[] outcomes) =>
        File.WriteAllText(Path.Combine(folder, name + ".trx"), $"""
        <?xml version="1.0" encoding="utf-8"?>
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
        {string.Concat(outcomes.Select((outcome, index) =>
            $"<UnitTestResult testName=\"{name}.{index}\" outcome=\"{outcome}\"><Output /></UnitTestResult>"))}
        </Results></TestRun>
        """);

    [Fact]
    public void All_files_are_summed_and_a_skipped_test_is_neither_passed_nor_failed()
    {
        Results("b", "Failed", "Passed", "Timeout");
        Results("a", "Passed", "NotExecuted", "Passed", "Passed", "Passed");

        var count = TestCount.Of(folder, 1) + TestCount.Of(folder, 1);
        Assert.Equal("10 passed, 4 failed", count.ToString());
        Assert.Equal(["b.0", "b.2", "b.0", "b.2"], count.Failures);
    }

    [Fact]
    public void A_program_that_dies_after_good_tests_is_a_failure()
    {
        Results("a", "Passed", "Passed", "Passed");

        Assert.Equal((3, 1), (TestCount.Of(folder, 134).Passed, TestCount.Of(folder, 134).Failed));
        Assert.Equal((3, 0), (TestCount.Of(folder, 0).Passed, TestCount.Of(folder, 0).Failed));
    }

    [Fact]
    public void A_program_that_leaves_no_results_is_a_failure()
    {
        Assert.Equal("0 passed, 1 failed", TestCount.Of(folder, 1).ToString());
        Assert.Equal("0 passed, 1 failed", TestCount.Of(Path.Combine(folder, "nothing"), 1).ToString());
    }
}
