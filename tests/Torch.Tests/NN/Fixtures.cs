using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.NN;

/// <summary>Reads the numbers that tests/reference/torch_nn_fixtures.py wrote.</summary>
internal static class Fixtures
{
    internal static IReadOnlyList<JsonElement> Cases(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "NN", "fixtures", file + ".json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }

    internal static JsonElement Case(string file, string name) => Cases(file).Single(c => Name(c) == name);

    internal static IEnumerable<object[]> Names(string file) => Cases(file).Select(c => new object[] { Name(c) });

    internal static string Name(JsonElement fixture) => fixture.GetProperty("name").GetString()!;

    internal static Tensor Read(JsonElement packed, ScalarType type = ScalarType.Float64)
    {
        var data = packed.GetProperty("data").EnumerateArray().Select(n => n.GetDouble()).ToArray();
        var shape = packed.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64()).ToArray();
        return tensor(data, shape).to(type);
    }

    internal static void AssertClose(JsonElement expected, Tensor actual, double tolerance = 1e-10, string what = "")
    {
        using var scope = NewDisposeScope();
        var wanted = Read(expected);
        Assert.Equal(wanted.shape, actual.shape);
        if (wanted.numel() == 0) return;
        var difference = (wanted - actual.detach().to(ScalarType.Float64)).abs().max().item<double>();
        Assert.True(difference <= tolerance, $"{what} is {difference:g3} away from PyTorch's, more than {tolerance:g3}");
    }
}
