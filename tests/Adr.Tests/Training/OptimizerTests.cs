using Adr.Attacks;
using Adr.Native;
using Adr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public sealed class OptimizerTests
{
    public static TheoryData<string> Kinds => new("sgd", "momentum", "decay", "nesterov", "adam", "adam decay");

    /// <summary>Twenty steps down a bent valley, by our settings and by TorchSharp's optimiser alone.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Steps_as_torch_optim_does(string kind)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Parameter(), Parameter());
        using var theirs = Theirs(kind, b);
        using var ours = Ours(kind, a);
        for (var step = 0; step < 20; step++)
        {
            ours.Step([Gradients.Of(Valley(a), a)], 0.02);
            theirs.zero_grad();
            Valley(b).backward();
            theirs.step();
        }
        Assert.True(a.allclose(b, 1e-6, 1e-7), $"{kind}: {(a - b).abs().max().item<float>()} apart");
        Assert.True((a - Parameter()).abs().min().item<float>() > 1e-3, "it did not move");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Goes_on_from_its_saved_state_bit_for_bit(string kind)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Parameter(), Parameter());
        using var first = Ours(kind, a);
        for (var step = 0; step < 5; step++) first.Step([Gradients.Of(Valley(a), a)], 0.02);
        using (no_grad()) b.copy_(a);
        using var second = Ours(kind, b);
        second.Restore(first.State, first.Steps);
        for (var step = 0; step < 5; step++)
        {
            first.Step([Gradients.Of(Valley(a), a)], 0.02);
            second.Step([Gradients.Of(Valley(b), b)], 0.02);
        }
        Assert.Equal(a.detach().data<float>().ToArray(), b.detach().data<float>().ToArray());
    }

    [Fact]
    public void Refuses_the_state_of_another_kind()
    {
        using var scope = NewDisposeScope();
        using var adam = Ours("adam", Parameter());
        using var sgd = Ours("momentum", Parameter());
        var error = Assert.Throws<InvalidDataException>(() => adam.Restore(sgd.State, 1));
        Assert.Contains("mean.p", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Remembers_nothing_that_was_restored_from_before_the_first_step(string kind)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Parameter(), Parameter());
        using var first = Ours(kind, a);
        using var second = Ours(kind, b);
        second.Step([Gradients.Of(Valley(b), b)], 0.02);
        second.Restore(first.State, first.Steps);
        using (no_grad()) b.copy_(a);
        first.Step([Gradients.Of(Valley(a), a)], 0.02);
        second.Step([Gradients.Of(Valley(b), b)], 0.02);
        Assert.Equal(a.detach().data<float>().ToArray(), b.detach().data<float>().ToArray());
        Assert.Equal(first.State.Keys, second.State.Keys);
    }

    [Theory]
    [InlineData(0.9, -0.1 * (1 + 1.8))] // by hand: v = 1, then 0.8 · 1 + 1
    [InlineData(0.0, -0.1 * (1 + 1))]   // without momentum there is none to change
    public void Takes_the_momentum_of_the_step(double momentum, double expected)
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(zeros(1));
        using var optimizer = new SgdSettings(0.1, momentum).Create([("weight", weight)]);
        foreach (var next in new[] { 0.9, 0.8 }) optimizer.Step([ones(1)], 0.1, next);
        Assert.Equal(expected, weight.item<float>(), 6);
    }

    [Fact]
    public void Leaves_no_gradient_at_the_parameters()
    {
        using var scope = NewDisposeScope();
        var p = Parameter();
        using var adam = Ours("adam", p);
        adam.Step([Gradients.Of(Valley(p), p)], 0.02);
        Assert.Null(p.grad);
    }

    [Fact]
    public void Refuses_to_train_nothing() =>
        Assert.Throws<ArgumentException>("parameters", () => new AdamSettings().Create([]));

    private static Parameter Parameter()
    {
        using var noGraph = no_grad();
        return new Parameter(ExampleSeeds.Sequence(3, 1).Normal([1, 24], CPU).view(4, 6));
    }

    private static Tensor Valley(Tensor p) =>
        ((p - 2).pow(2).mul(arange(1, 25, dtype: ScalarType.Float32).view(4, 6)) + (3 * p).cos()).sum();

    private static Optimizer Ours(string kind, Parameter p)
    {
        OptimizerSettings settings = kind switch
        {
            "sgd" => new SgdSettings(Momentum: 0),
            "momentum" => new SgdSettings(),
            "decay" => new SgdSettings(WeightDecay: 0.1),
            "nesterov" => new SgdSettings(WeightDecay: 0.1, Nesterov: true),
            "adam" => new AdamSettings(),
            _ => new AdamSettings(WeightDecay: 0.1),
        };
        return settings.Create([("p", p)]);
    }

    private static torch.optim.Optimizer Theirs(string kind, Parameter p) => kind switch
    {
        "sgd" => torch.optim.SGD([p], 0.02),
        "momentum" => torch.optim.SGD([p], 0.02, momentum: 0.9),
        "decay" => torch.optim.SGD([p], 0.02, momentum: 0.9, weight_decay: 0.1),
        "nesterov" => torch.optim.SGD([p], 0.02, momentum: 0.9, weight_decay: 0.1, nesterov: true),
        "adam" => torch.optim.Adam([p], 0.02),
        _ => torch.optim.Adam([p], 0.02, weight_decay: 0.1),
    };
}
