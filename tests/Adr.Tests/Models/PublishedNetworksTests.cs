using System.Globalization;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

/// <summary>The networks of published checkpoints: files with the names and shapes that their classes have
/// (tests/reference/torch_files.py), and other numbers, for none of the files can be had here.</summary>
public static class PublishedNetworksTests
{
    private static readonly Dictionary<string, List<(string Name, long[] Shape)>> Named = [];
    private static readonly List<(string Network, int Tensors, double Weights)> Sizes = [];

    static PublishedNetworksTests()
    {
        List<(string, long[])> current = [];
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "fixtures", "torch", "names.txt")))
        {
            switch (line.Split(' '))
            {
                case ["network", var network]:
                    Named.Add(network, current = []);
                    break;
                case ["size", var network, var tensors, var weights]:
                    Sizes.Add((network, int.Parse(tensors, CultureInfo.InvariantCulture),
                        double.Parse(weights, CultureInfo.InvariantCulture)));
                    break;
                case [var name, var shape]:
                    current.Add((name, shape == "-" ? [] : [.. shape.Split(',').Select(long.Parse)]));
                    break;
                default:
                    throw new InvalidDataException(line);
            }
        }
    }

    public static TheoryData<string> Networks => [.. Named.Keys];

    public static TheoryData<string> LargeNetworks => [.. Sizes.Select(size => size.Network)];

    [Theory, MemberData(nameof(Networks))]
    public static void A_checkpoint_of_its_names_and_shapes_is_read_number_by_number(string network)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var stored = Named[network].Select(one => ("module." + one.Name, one.Shape)).ToList();
        TorchZip.Write(folder["weights.pt"], stored, "state_dict");
        var notes = new List<string>();

        using var model = Adr.Models.Networks.Load(folder["weights.pt"], network, notes.Add);

        Assert.Equal((network, 2), (model.Architecture, notes.Count));
        Check(model, stored.Select(one => one.Item1["module.".Length..]));
    }

    [Theory] // as TRADES' class has them, beside a mean and a deviation
    [InlineData("wide-resnet-70-1")]
    public static void So_is_one_with_the_unused_group_and_a_normalisation(string network)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var unused = Named[network].Where(one => one.Name.StartsWith("block1.", StringComparison.Ordinal))
            .Select(one => ("sub_" + one.Name, one.Shape));
        List<(string Name, long[] Shape)> stored =
            [.. Named[network], .. unused, ("mu", [1, 3, 1, 1]), ("sigma", [1, 3, 1, 1])];
        TorchZip.Write(folder["weights.pt"], stored);

        using var model = Assert.IsType<Normalized>(Adr.Models.Networks.Load(folder["weights.pt"], network));

        Assert.Equal($"{network}@own", model.Architecture);
        Check(model.Inner, Named[network].Select(one => one.Name));
        var mean = (IEnumerable<double>)[.. Enumerable.Range(0, 3).Select(i => TorchZip.Value(stored.Count - 2, i))];
        Assert.Equal(mean, model.Normalisation.Mean);
    }

    // Their names are those of the same depth, and their widths those of the smaller ones.
    [Theory, MemberData(nameof(LargeNetworks))]
    public static void Larger_networks_have_as_many_tensors_and_weights(string network)
    {
        using var scope = NewDisposeScope();
        var (_, tensors, weights) = Sizes.Single(size => size.Network == network);
        var (family, size) = WideSize.Of(network)!.Value;
        Assert.Equal(weights, size.Weights);
        using var narrow = Adr.Models.Networks.Create($"{family}-{size.Depth}-1");
        Assert.Equal(tensors, narrow.state_dict().Count);
    }

    [Fact] // docs/checkpoints.md
    public static void Every_network_of_the_pages_table_is_one_of_these()
    {
        var rows = (from line in File.ReadLines(Python.Script(Path.Combine("..", "..", "docs", "checkpoints.md")))
                    let cells = line.Split('|')
                    where cells.Length == 4 && cells[2].Contains("20", StringComparison.Ordinal)
                    select (Network: cells[1].Trim(' ', '`'), Entries: cells[2].Split(',', ';'))).ToList();
        Assert.Equal(58, rows.SelectMany(row => row.Entries).Distinct().Count());
        Assert.All(rows, row =>
        {
            Assert.True(Adr.Models.Networks.Knows(row.Network), row.Network);
            Assert.Contains(row.Network.Split('@')[0], Named.Keys.Concat(Sizes.Select(size => size.Network)));
        });
    }

    private static void Check(nn.Module<Tensor, Tensor> model, IEnumerable<string> names)
    {
        var own = model.state_dict();
        var k = 0;
        foreach (var name in names)
        {
            var (value, tensor) = (own[name], k++);
            if (value.dtype == ScalarType.Int64) continue;
            var expected = new float[value.numel()];
            for (var i = 0; i < expected.Length; i++) expected[i] = TorchZip.Value(tensor, i);
            Assert.True(value.contiguous().data<float>().ToArray().AsSpan().SequenceEqual(expected), name);
        }
        Assert.Equal(own.Count, k);
    }
}
