using System.Text.Json;

namespace Adr.Cli.Tests;

public sealed class KernelCommandTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("adr jupyter ").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    private string Spec => Path.Combine(data, "kernels", ".net-csharp", "kernel.json");

    [Fact]
    public void Is_installed_listed_and_removed()
    {
        Assert.Contains("None", Kernel("list").Output);

        var installed = Kernel("install");
        Assert.True(installed.Code == ExitCode.Fine, installed.Errors);
        using (var json = JsonDocument.Parse(File.ReadAllText(Spec)))
        {
            var command = json.RootElement.GetProperty("argv").EnumerateArray()
                .Select(word => word.GetString()!).ToArray();
            Assert.Equal(["kernel", "run", "{connection_file}"], command[^3..]);
            Assert.All(command[..^3], file => Assert.True(File.Exists(file), file));
            var environment = json.RootElement.GetProperty("env");
            // The folders are those of each session: users may share the kernel.
            Assert.False(environment.TryGetProperty("ADR_RUNS", out _));
            Assert.False(environment.TryGetProperty("ADR_DATA", out _));
        }
        Assert.Contains("can start", Kernel("list").Output);

        Assert.Equal(ExitCode.Fine, Kernel("remove").Code);
        Assert.False(File.Exists(Spec));
        Assert.Contains("no kernel .net-csharp", Kernel("remove").Errors);
    }

    [Fact]
    public void Another_programs_kernel_is_not_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Spec)!);
        File.WriteAllText(Spec, "{}");
        var (code, _, errors) = Kernel("install");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--replace", errors);
        Assert.Equal("{}", File.ReadAllText(Spec));
        Assert.Equal(ExitCode.Fine, Kernel("install", "--replace").Code);
    }

    [Theory]
    [InlineData("is not a valid name for a kernel", "install", "--name", "a b")]
    [InlineData("exclude each other", "install", "--user", "--prefix", "x")]
    [InlineData("cannot be used as a connection file", "run", "nowhere.json")]
    public void What_cannot_be_done_is_said_in_one_line(string message, params string[] arguments)
    {
        var (code, _, errors) = Kernel(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.DoesNotContain("   at ", errors);
    }

    private (int Code, string Output, string Errors) Kernel(params string[] arguments) =>
        CommandLine.Run(["kernel", .. arguments], null,
            ("JUPYTER_DATA_DIR", data), ("JUPYTER_PATH", ""), ("ADR_DATA", "here"), ("ADR_RUNS", ""));
}
