using Adr.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

public static class ToyPointsTests
{
    public static TheoryData<string> Names => new("moons", "circles", "blobs");

    private static Dataset Make(string name, int count, double noise, long seed = 1) => name switch
    {
        "moons" => ToyPoints.Moons(count, noise, seed),
        "circles" => ToyPoints.Circles(count, noise, seed: seed),
        _ => ToyPoints.Blobs(count, 4, noise, seed),
    };

    [Theory, MemberData(nameof(Names))]
    public static void Points_lie_in_the_unit_square_and_touch_its_sides(string name)
    {
        using var data = Make(name, 101, 0.1);
        Assert.Equal([101, 1, 1, 2], data.Images.shape);
        var values = data.Images.data<float>().ToArray();
        Assert.All(values, value => Assert.InRange(value, 0, 1));
        var widths = new[] { 0, 1 }.Select(axis => values.Where((_, i) => i % 2 == axis))
            .Select(axis => axis.Max() - axis.Min());
        Assert.Equal(1, widths.Max(), 1e-5);
        Assert.Equal(Enumerable.Range(0, 101).Select(i => (long)(i % data.Classes)),
            data.Labels.data<long>().ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public static void The_seed_decides_them(string name)
    {
        using var first = Make(name, 20, 0.1, seed: 5);
        using var again = Make(name, 20, 0.1, seed: 5);
        using var other = Make(name, 20, 0.1, seed: 6);
        Assert.True(first.Images.Equals(again.Images));
        Assert.False(first.Images.Equals(other.Images));
    }

    [Fact]
    public static void Circles_without_noise_have_two_radii()
    {
        using var data = ToyPoints.Circles(4000, noise: 0, ratio: 0.25);
        using var scope = NewDisposeScope();
        var radii = (data.Images.view(-1, 2) - 0.5).pow(2).sum(1).sqrt().data<float>().ToArray();
        Assert.All(radii.Where((_, i) => i % 2 == 0), radius => Assert.Equal(0.5, radius, 2e-3));
        Assert.All(radii.Where((_, i) => i % 2 == 1), radius => Assert.Equal(0.125, radius, 2e-3));
    }

    [Fact]
    public static void Numbers_that_make_no_points_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ToyPoints.Moons(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ToyPoints.Moons(10, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => ToyPoints.Circles(10, ratio: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ToyPoints.Blobs(10, 1));
    }
}
