using System.Diagnostics;

namespace Adr.Cli.Tests.Script;

/// <summary>How <c>.ci/run</c> counts, with an <c>./adr</c> that does as it is told.</summary>
public sealed class ContinuousIntegrationTests : IDisposable
{
    private readonly string clone = Directory.CreateTempSubdirectory("adr ci ").FullName;

    public ContinuousIntegrationTests()
    {
        Directory.CreateDirectory(Path.Combine(clone, ".ci"));
        Directory.CreateDirectory(Path.Combine(clone, "notebooks"));
        File.Copy(Path.Combine(Repository.Root, ".ci", "run"), Path.Combine(clone, ".ci", "run"));
        foreach (var name in new[] { "00-good", "01-bad" }) File.WriteAllText(Path.Combine(clone, "notebooks", name + ".ipynb"), "");
    }

    public void Dispose() => Directory.Delete(clone, recursive: true);

    [Theory]
    [InlineData("echo '7 passed, 0 failed'", "01-none", "html ipynb", 0, "10 passed, 0 failed")]
    [InlineData("echo '7 passed, 0 failed'", "01-bad", "html ipynb", 1, "9 passed, 1 failed")]
    [InlineData("echo '7 passed, 0 failed'", "01-none", "html", 1, "9 passed, 1 failed")]
    [InlineData("echo '7 passed, 2 failed'; exit 1", "01-none", "html ipynb", 1, "10 passed, 2 failed")]
    [InlineData("echo 'the build failed'; exit 6", "01-none", "html ipynb", 1, "3 passed, 1 failed")]
    public void The_demo_and_each_notebook_count_as_one_test(string tests, string failing, string demoLeaves, int code, string lastLine)
    {
        File.WriteAllText(Path.Combine(clone, "adr"), $"""
            #!/usr/bin/env bash
            case $1 in
              test) {tests} ;;
              demo)
                mkdir -p artifacts/demo; echo [] >artifacts/demo/results.json
                for kind in {demoLeaves}; do echo page >"artifacts/demo/01-mnist.$kind"; done
                [[ $* == *'--budget smoke'* ]] ;;
              run) [[ $2 != *{failing}* && $* == *budget=smoke* ]] ;;
            esac
            """);
        File.SetUnixFileMode(Path.Combine(clone, "adr"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(clone, ".ci", "run")]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(code, process.ExitCode);
        Assert.Equal(lastLine, output.TrimEnd('\n').Split('\n')[^1]);
    }
}
