using System.Globalization;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Reference;

/// <summary>Tensors that tests/reference/adr_fixtures.py computed in plain PyTorch.</summary>
internal sealed class Fixture : IDisposable
{
    private readonly string _name;
    private readonly IReadOnlyDictionary<string, Tensor> _tensors;

    private Fixture(string name, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string,
        string> metadata) =>
        (_name, _tensors, Metadata) = (name, tensors, metadata);

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    internal IEnumerable<string> Names => _tensors.Keys;

    internal Tensor this[string name] => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new KeyNotFoundException(
            $"The fixture {_name} has no '{name}'. Write the fixtures again: tests/reference/adr_fixtures.py.");

    internal static Fixture Load(string name)
    {
        var (tensors, metadata) = Safetensors.Read(PathOf(name));
        foreach (var tensor in tensors.Values) tensor.DetachFromDisposeScope();
        return new Fixture(name, tensors, metadata);
    }

    internal static string PathOf(string name) =>
        Path.Combine(AppContext.BaseDirectory, "fixtures", $"adr_{name}.safetensors");

    internal double Number(string name) => this[name].item<double>();

    /// <summary>The settings that the metadata hold as "key=value key=value".</summary>
    internal Settings Settings(string name) =>
        new(Metadata[name].Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]));

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }
}

/// <summary>Named settings of a fixture.</summary>
internal sealed record Settings(IReadOnlyDictionary<string, string> Values)
{
    internal string Text(string name) => Values[name];

    internal bool Has(string name) => Values.ContainsKey(name);

    internal double Number(string name) => double.Parse(Values[name], CultureInfo.InvariantCulture);

    internal int Whole(string name) => int.Parse(Values[name], CultureInfo.InvariantCulture);
}
