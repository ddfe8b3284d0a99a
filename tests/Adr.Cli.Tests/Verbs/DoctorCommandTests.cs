using System.Text.Json;
using Adr.Models;

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
    public void Data_are_found_where_torchvision_has_them_and_as_they_are_loaded()
    {
        var raw = Directory.CreateDirectory(Path.Combine(data, "MNIST", "raw")).FullName;
        foreach (var part in new[] { "train", "t10k" })
        {
            File.WriteAllBytes(Path.Combine(raw, $"{part}-images-idx3-ubyte"),
                [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[784]]);
            File.WriteAllBytes(Path.Combine(raw, $"{part}-labels.idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 1, 9]);
        }
        var fashion = Directory.CreateDirectory(Path.Combine(data, "FashionMNIST", "raw")).FullName;
        // the seven labels whose file ends in the middle
        File.WriteAllBytes(Path.Combine(fashion, "train-labels-idx1-ubyte.gz"),
            Convert.FromHexString("1F8B0800000000000403010F00F0FF00000801000000070A2238F10F000000"));
        var python = Directory.CreateDirectory(Path.Combine(data, "cifar-10-batches-py")).FullName;
        File.WriteAllBytes(Path.Combine(python, "data_batch_1"), [0x80, 2]);

        var (code, output, errors) = CommandLine.Run(["doctor", "--json"], folder: null, ("ADR_DATA", data));

        Assert.True(code == ExitCode.Fine, errors);
        using var json = JsonDocument.Parse(output);
        var sets = json.RootElement.GetProperty("data").EnumerateArray()
            .ToDictionary(set => set.GetProperty("name").GetString()!);
        Assert.Equal(raw, sets["MNIST"].GetProperty("folder").GetString());
        Assert.Equal("a part of it", sets["MNIST"].GetProperty("state").GetString());
        Assert.Equal(4, sets["MNIST"].GetProperty("notes").GetArrayLength());
        Assert.Equal(fashion, sets["Fashion-MNIST"].GetProperty("folder").GetString());
        Assert.Equal("partial", sets["Fashion-MNIST"].GetProperty("state").GetString());
        Assert.Contains(sets["Fashion-MNIST"].GetProperty("missing").EnumerateArray(),
            line => line.GetString()!.Contains("ends too early", StringComparison.Ordinal));
        Assert.Equal("partial", sets["CIFAR-10"].GetProperty("state").GetString());
        Assert.Contains("belongs to the version for Python", sets["CIFAR-10"].GetProperty("missing")[0].GetString());
        Assert.Equal("absent", sets["CIFAR-100"].GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(true, "is a file and not a folder")]
    [InlineData(false, "does not exist")]
    public void A_variable_that_names_no_folder_is_a_warning(bool isFile, string expected)
    {
        var path = Path.Combine(data, "named");
        if (isFile) File.WriteAllText(path, "");

        var (code, output, _) = CommandLine.Run(["doctor"], folder: null, ("ADR_DATA", path));

        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains($"ADR_DATA names {path}, which {expected}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnist", "nowhere", "does not exist")]
    [InlineData("mnist", "file", "is a file and not a folder")]
    [InlineData("cifar-10", "file", "is a file and not a folder")]
    [InlineData("cifar-100", "nowhere", "does not exist")]
    public void What_the_variable_names_is_told_where_data_are_missing(string name, string place, string expected)
    {
        var path = Path.Combine(data, place);
        File.WriteAllText(Path.Combine(data, "file"), "");

        var weights = Path.Combine(data, "weights.safetensors");
        using (var model = new MnistCnn(1)) Weights.Save(model, weights);

        var (code, _, errors) = CommandLine.Run(
            ["attack", weights, "--data", name], folder: null, ("ADR_DATA", path));

        Assert.NotEqual(ExitCode.Fine, code);
        Assert.Contains(path, errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnist", "t10k-labels-idx1-ubyte.gz", "they must lie in mnist/ below it")]
    [InlineData("cifar-10", "data_batch_1.bin", "it has to name the one above")]
    public void A_variable_that_names_the_folder_of_the_files_itself_is_told_so(string name, string file,
        string expected)
    {
        File.WriteAllText(Path.Combine(data, file), "");
        var weights = Path.Combine(data, "weights.safetensors");
        using (var model = new MnistCnn(1)) Weights.Save(model, weights);

        var (code, _, errors) = CommandLine.Run(
            ["attack", weights, "--data", name], folder: null, ("ADR_DATA", data));

        Assert.NotEqual(ExitCode.Fine, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
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
