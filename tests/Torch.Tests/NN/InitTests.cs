using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Adr.Torch.Tests.NN;

/// <summary>With the same seed, layers and initialisations start with PyTorch's numbers.</summary>
[Collection(GlobalSeed.Name)]
public class InitTests
{
    private static readonly Dictionary<string, Func<Dictionary<string, Tensor>>> Makers = new()
    {
        ["network"] = () => Nets.Small().state_dict(),
        ["kaiming_normal_ fan out relu"] = () => X(init.kaiming_normal_(empty(4, 3, 3, 3), mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU)),
        ["kaiming_uniform_"] = () => X(init.kaiming_uniform_(empty(6, 5), a: 0.1)),
        ["xavier_uniform_"] = () => X(init.xavier_uniform_(empty(6, 5), gain: 2)),
        ["xavier_normal_"] = () => X(init.xavier_normal_(empty(6, 5))),
        ["normal_"] = () => X(init.normal_(empty(20), 1, 2)),
        ["uniform_"] = () => X(init.uniform_(empty(20), -1, 2)),
        ["dropout"] = () => X(functional.dropout(ones(40), 0.3)),
    };

    public static IEnumerable<object[]> Names() => Fixtures.Names("init");

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_are_those_of_PyTorch_with_the_same_seed(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Fixtures.Case("init", name).GetProperty("tensors").EnumerateObject().ToList();
        manual_seed(7);

        var made = Makers[name]();

        Assert.Equal(expected.Select(e => e.Name), made.Keys);
        foreach (var tensor in expected) Fixtures.AssertClose(tensor.Value, made[tensor.Name], 1e-6, $"{name}, {tensor.Name}");
    }

    [Fact]
    public void A_generator_of_its_own_leaves_the_global_one_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var undisturbed = rand(3);
        manual_seed(1);

        var drawn = init.normal_(empty(5), generator: new Generator(9));
        var after = rand(3);

        Assert.True(undisturbed.equal(after).all().item<bool>());
        Assert.True(drawn.equal(init.normal_(empty(5), generator: new Generator(9))).all().item<bool>());
    }

    [Theory]
    [InlineData(init.NonlinearityType.Conv2D, 0.5, 1.0)]
    [InlineData(init.NonlinearityType.Tanh, 0.5, 5.0 / 3)]
    [InlineData(init.NonlinearityType.ReLU, 0.5, 1.4142135623730951)]
    [InlineData(init.NonlinearityType.LeakyReLU, 0.5, 1.2649110640673518)]
    public void Gain(init.NonlinearityType nonlinearity, double param, double expected) =>
        Assert.Equal(expected, init.calculate_gain(nonlinearity, param), 12);

    [Fact]
    public void Fan_needs_two_dimensions()
    {
        using var scope = NewDisposeScope();
        Assert.Equal((18L, 36L), init.CalculateFanInAndFanOut(empty(4, 2, 3, 3)));
        Assert.Equal("tensor", Assert.Throws<ArgumentException>(() => init.CalculateFanInAndFanOut(empty(4))).ParamName);
    }

    private static Dictionary<string, Tensor> X(Tensor tensor) => new() { ["x"] = tensor };
}
