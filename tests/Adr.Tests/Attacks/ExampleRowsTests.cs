using Adr.Attacks;
using Adr.Testing;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

public static class ExampleRowsTests
{
    public static TheoryData<ScalarType,
        bool> Kinds => new() { { ScalarType.Float32, false }, { ScalarType.Float32, true },
        { ScalarType.Float64, false }, { ScalarType.BFloat16, false } };

    [Theory, MemberData(nameof(Kinds))]
    public static void Reads_each_point_and_writes_it(ScalarType type, bool turned)
    {
        using var scope = NewDisposeScope();
        var batch = SplitMix.Tensor(1, -1, 1, 3, 2, 4, 5).to(type);
        if (turned) batch = batch.transpose(2, 3);
        var rows = new ExampleRows(batch);
        Assert.Equal(40, rows.Length);
        var (all, one) = (Close.Doubles(batch), new double[40]);
        for (var point = 0; point < 3; point++)
        {
            rows.Read(point, one);
            Assert.Equal(all[(40 * point)..(40 * point + 40)], one);
        }
        rows.Write(1, [.. Enumerable.Range(0, 40).Select(i => i / 8.0)]);
        Assert.Equal([.. all[..40], .. Enumerable.Range(0, 40).Select(i => i / 8.0), .. all[80..]],
            Close.Doubles(rows.Tensor));
        Assert.Equal(batch.shape, rows.Tensor.shape);
    }
}
