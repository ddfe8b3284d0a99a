using System.Text.Json;

namespace Adr.Cli.Tests;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("adr-data-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public void Json_is_the_only_output_and_holds_what_was_found()
    {
        // One of MNIST's four files is there, and it is damaged.
        Directory.CreateDirectory(Path.Combine(data, "mnist"));
        File.WriteAllBytes(Path.Combine(data, "mnist", "t10k-labels-idx1-ubyte.gz"), [0x1F, 0x8B, 1, 2, 3]);

        var (code, output, errors) = CommandLine.Run(["doctor", "--json"], folder: null, ("ADR_DATA", data));

        Assert.True(code == ExitCode.Fine, errors);
        using var json = JsonDocument.Parse(output);
        var report = json.RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.StartsWith("10.", report.GetProperty("system").GetProperty("sdk").GetString());
        Assert.Equal(Environment.ProcessorCount, report.GetProperty("system").GetProperty("cores").GetInt32());
        var torch = report.GetProperty("torch");
        Assert.Matches(@"^\d+\.\d+", torch.GetProperty("torchSharp").GetString());
        Assert.Matches(@"^\d+\.\d+", torch.GetProperty("libtorch").GetString());
        // the package's own, whatever else the system has
        var path = torch.GetProperty("libtorchPath").GetString();
        Assert.StartsWith(AppContext.BaseDirectory, path, StringComparison.Ordinal);
        Assert.True(torch.GetProperty("threads").GetInt32() >= 1);
        Assert.True(torch.GetProperty("gigaflopsPerSecond").GetDouble() > 0);
        var sets = report.GetProperty("data").EnumerateArray()
            .ToDictionary(set => set.GetProperty("name").GetString()!);
        Assert.Equal(8500, sets["MNIST-10k"].GetProperty("train").GetInt32());
        Assert.Equal(1500, sets["MNIST-10k"].GetProperty("test").GetInt32());
        Assert.Equal("partial", sets["MNIST"].GetProperty("state").GetString());
        var missing = sets["MNIST"].GetProperty("missing").EnumerateArray();
        Assert.Contains(missing, line => line.GetString()!.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void For_people_each_line_stays_whole_in_a_pipe()
    {
        var (code, output, _) = CommandLine.Run("doctor");

        Assert.Equal(ExitCode.Fine, code);
        Assert.Matches(@"(?m)^libtorch +2\.\d+.*, .+torch_cpu.+$", output);
        Assert.Matches(@"(?m)^speed .+ GFLOP/s in a 512³ product, \d+ threads$", output);
    }
}
