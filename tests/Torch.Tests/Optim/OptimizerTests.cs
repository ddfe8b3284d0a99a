using Adr.Torch.Tests.NN;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Optim;

public class OptimizerTests
{
    private static readonly Dictionary<string, Func<Parameter[], OptimizerHelper>> Optimisers = new()
    {
        ["sgd"] = p => optim.SGD(p, 0.05),
        ["sgd momentum"] = p => optim.SGD(p, 0.05, momentum: 0.9),
        ["sgd momentum dampening decay"] = p => optim.SGD(p, 0.05, 0.9, 0.3, 0.1),
        ["sgd nesterov decay"] = p => optim.SGD(p, 0.05, momentum: 0.9, nesterov: true, weight_decay: 0.01),
        ["sgd maximize"] = p => optim.SGD(p, 0.001, momentum: 0.5, weight_decay: 0.1, maximize: true),
        ["sgd groups"] = p => optim.SGD([new SGD.ParamGroup { Parameters = [p[0]] }, new SGD.ParamGroup([p[1]], new SGD.Options { LearningRate = 0.01, momentum = 0.5 })], 0.05, momentum: 0.9),
        ["sgd milestones"] = p => optim.SGD(p, 0.05),
        ["adam"] = p => optim.Adam(p, 0.1),
        ["adam decay"] = p => optim.Adam(p, 0.1, 0.8, 0.99, 1e-6, 0.1),
        ["adam amsgrad"] = p => optim.Adam(p, 0.5, amsgrad: true),
        ["adam maximize"] = p => optim.Adam(p, 0.01, maximize: true),
        ["adamw"] = p => optim.AdamW(p, 0.1, weight_decay: 0.2),
        ["adamw amsgrad"] = p => optim.AdamW(p, 0.5, weight_decay: 0.01, amsgrad: true),
    };

    public static IEnumerable<object[]> Names() => Fixtures.Names("optimisers");

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_are_those_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixtures.Case("optimisers", name);
        var parameters = fixture.GetProperty("initial").EnumerateArray().Select(p => new Parameter(Fixtures.Read(p))).ToArray();
        using var optimiser = Optimisers[name](parameters);
        var schedule = name == "sgd milestones" ? optim.lr_scheduler.MultiStepLR(optimiser, [1, 3], 0.1) : null;
        var rates = fixture.GetProperty("rates").EnumerateArray().Select(r => r.GetDouble()).ToList();
        var step = 0;

        foreach (var expected in fixture.GetProperty("steps").EnumerateArray())
        {
            Assert.Equal(rates[step], optimiser.ParamGroups.First().LearningRate, 12);
            Descend(optimiser, parameters);
            schedule?.step();
            foreach (var (tensor, parameter) in expected.EnumerateArray().Zip(parameters)) Fixtures.AssertClose(tensor, parameter, 1e-12, $"{name}, step {step}");
            step++;
        }
        if (schedule is not null) Assert.Equal(optimiser.ParamGroups.Select(g => g.LearningRate), schedule.get_last_lr());
    }

    [Fact]
    public void Every_optimiser_here_has_a_fixture() => Assert.Equal(Optimisers.Keys.Order(), Names().Select(n => (string)n[0]).Order());

    [Theory]
    [InlineData("sgd nesterov decay")]
    [InlineData("adam amsgrad")]
    [InlineData("adamw")]
    public void A_restored_state_goes_on_bit_for_bit(string name)
    {
        using var scope = NewDisposeScope();
        var ours = Start(name);
        var theirs = Start(name);
        using var first = Optimisers[name](ours);
        using var second = Optimisers[name](theirs);
        for (var i = 0; i < 3; i++) Descend(first, ours);

        using (no_grad())
            foreach (var (target, source) in theirs.Zip(ours)) target.copy_(source);
        second.load_state_dict(first.state_dict());
        Assert.True(first.state_dict().State.Zip(second.state_dict().State).All(s => s.First.ApproximatelyEquals(s.Second)));
        for (var i = 0; i < 3; i++) (_, _) = (Descend(first, ours), Descend(second, theirs));

        foreach (var (a, b) in ours.Zip(theirs)) Assert.True(a.equal(b).all().item<bool>());
    }

    [Fact]
    public void Momentum_can_be_read_and_written_through_the_state()
    {
        using var scope = NewDisposeScope();
        var ours = Start("sgd momentum");
        var theirs = Start("sgd momentum");
        using var first = optim.SGD(ours, 0.05, momentum: 0.9);
        using var second = optim.SGD(theirs, 0.05, momentum: 0.9);
        Assert.All(first.state_dict().State, s => Assert.Null(((SGD.State)s).momentum_buffer));
        Descend(first, ours);

        // what a checkpoint does: buffers out as tensors, and into a new optimiser
        var saved = first.state_dict().State.Select(s => ((SGD.State)s).momentum_buffer!.clone()).ToList();
        foreach (var (state, buffer) in second.state_dict().State.Zip(saved)) ((SGD.State)state).momentum_buffer = buffer.clone().DetachFromDisposeScope();
        using (no_grad())
            foreach (var (target, source) in theirs.Zip(ours)) target.copy_(source);
        (_, _) = (Descend(first, ours), Descend(second, theirs));

        foreach (var (a, b) in ours.Zip(theirs)) Assert.True(a.equal(b).all().item<bool>());
    }

    [Fact]
    public void A_state_of_another_shape_is_refused()
    {
        using var scope = NewDisposeScope();
        using var sgd = optim.SGD(Start("sgd"), 0.1);
        using var adam = optim.Adam(Start("adam"));
        using var shorter = optim.SGD([Start("sgd")[0]], 0.1);

        Assert.Throws<ArgumentException>(() => sgd.load_state_dict(adam.state_dict()));
        Assert.Throws<ArgumentException>(() => sgd.load_state_dict(shorter.state_dict()));
    }

    [Fact]
    public void The_learning_rate_is_that_of_the_group()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(1));
        using var optimiser = optim.SGD([parameter], 0.5);
        foreach (var group in optimiser.ParamGroups) group.LearningRate = 0.25;

        parameter.sum().backward();
        optimiser.step();

        Assert.Equal(0.75f, parameter.item<float>());
        Assert.Equal(0.5, optimiser.ParamGroups.Single().InitialLearningRate);
    }

    [Fact]
    public void A_closure_is_run_with_gradients_and_a_parameter_without_gradient_stays()
    {
        using var scope = NewDisposeScope();
        var (used, unused) = (new Parameter(ones(1)), new Parameter(ones(1)));
        using var optimiser = optim.SGD([used, unused], 0.5, weight_decay: 0.1);

        using var frozen = no_grad();
        var loss = optimiser.step(() =>
        {
            var value = used.sum() * 2;
            value.backward();
            return value;
        });

        Assert.Equal(2, loss!.item<float>());
        Assert.Equal(-0.05f, used.item<float>(), 6);
        Assert.Equal(1f, unused.item<float>());
        optimiser.zero_grad();
        Assert.Equal(0f, used.grad!.item<float>());
        Assert.Null(unused.grad);
    }

    public static TheoryData<string, Action<Parameter[]>> Wrong() => new()
    {
        { "lr", p => optim.SGD(p, -1) },
        { "lr", p => optim.SGD(p, double.NaN) },
        { "momentum", p => optim.SGD(p, 1, momentum: -1) },
        { "nesterov", p => optim.SGD(p, 1, nesterov: true) },
        { "beta2", p => optim.Adam(p, beta2: 1) },
        { "weight_decay", p => optim.AdamW(p, weight_decay: -1) },
        { "group", p => optim.SGD(p.Concat(p), 1) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Settings_are_checked(string parameter, Action<Parameter[]> make)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(parameter, Assert.Throws<ArgumentException>(() => make(Start("sgd"))).ParamName);
    }

    private static Parameter[] Start(string name) =>
        [.. Fixtures.Case("optimisers", name).GetProperty("initial").EnumerateArray().Select(p => new Parameter(Fixtures.Read(p)))];

    // the loss of torch_nn_fixtures.py
    private static double Descend(OptimizerHelper optimiser, Parameter[] parameters)
    {
        using var scope = NewDisposeScope();
        optimiser.zero_grad();
        var loss = parameters[0].pow(2).sum() * 1.5 + (parameters[1] - 1).pow(4).sum();
        loss.backward();
        optimiser.step();
        return loss.item<double>();
    }
}
