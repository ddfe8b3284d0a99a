using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Adr.Torch.Tests.NN;

/// <summary>Outputs and gradients of every layer and functional form against PyTorch.</summary>
public class LayerTests
{
    private delegate Tensor Layer(Dictionary<string, Tensor> inputs);

    private static readonly Dictionary<string, Layer> Layers = new()
    {
        ["linear"] = t => Linear(new Parameter(t["w"]), new Parameter(t["b"])).call(t["x"]),
        ["linear without bias"] = t => F.linear(t["x"], t["w"]),
        ["conv2d"] = t => With(Conv2d(2, 3, 3), t).call(t["x"]),
        ["conv2d stride 2 padding 1,2 dilation 2,1"] = t => With(Conv2d(2, 3, (2, 3), (2, 2), (1, 2), (2, 1)), t).call(t["x"]),
        ["conv2d groups"] = t => With(Conv2d(2, 4, 3, groups: 2), t).call(t["x"]),
        ["conv2d same"] = t => With(Conv2d(2, 3, (4, 3), Padding.Same), t).call(t["x"]),
        ["conv2d same circular"] = t => With(Conv2d(2, 3, (4, 3), Padding.Same, padding_mode: PaddingModes.Circular), t).call(t["x"]),
        ["conv2d reflect"] = t => With(Conv2d(2, 3, (3, 3), padding: (1, 2), padding_mode: PaddingModes.Reflect), t).call(t["x"]),
        ["batch_norm training"] = t => F.batch_norm(t["x"], null, null, t["w"], t["b"], true),
        ["batch_norm evaluation"] = t => F.batch_norm(t["x"], t["m"].detach(), t["v"].detach(), t["w"], t["b"], eps: 1e-3),
        ["max_pool2d"] = t => MaxPool2d(2).call(t["x"]),
        ["max_pool2d stride 1 padding 1 ceil"] = t => MaxPool2d((3, 2), (2, 1), (1, 1), ceil_mode: true).call(t["x"]),
        ["avg_pool2d"] = t => AvgPool2d(2).call(t["x"]),
        ["avg_pool2d padding not counted"] = t => AvgPool2d(3, 2, 1, count_include_pad: false).call(t["x"]),
        ["adaptive_avg_pool2d"] = t => AdaptiveAvgPool2d((3, 2)).call(t["x"]),
        ["relu"] = t => ReLU().call(t["x"]),
        ["leaky_relu"] = t => LeakyReLU(0.2).call(t["x"]),
        ["sigmoid"] = t => Sigmoid().call(t["x"]),
        ["tanh"] = t => Tanh().call(t["x"]),
        ["silu"] = t => SiLU().call(t["x"]),
        ["gelu"] = t => GELU().call(t["x"]),
        ["softplus"] = t => F.softplus(t["x"], 2, 1),
        ["softmax"] = t => Softmax(1).call(t["x"]),
        ["log_softmax"] = t => LogSoftmax(1).call(t["x"]),
        ["flatten"] = t => Flatten().call(t["x"]),
        ["cross_entropy"] = t => CrossEntropyLoss().call(t["x"], t["y"]),
        ["cross_entropy none"] = t => CrossEntropyLoss(reduction: Reduction.None).call(t["x"], t["y"]),
        ["cross_entropy smoothed weighted sum"] = t => new CrossEntropyLoss(t["w"].detach(), reduction: Reduction.Sum, label_smoothing: 0.1).call(t["x"], t["y"]),
        ["cross_entropy ignoring 0"] = t => CrossEntropyLoss(ignore_index: 0).call(t["x"], t["y"]),
        ["cross_entropy of probabilities"] = t => F.cross_entropy(t["x"], t["p"]),
        ["nll_loss"] = t => NLLLoss().call(t["x"], t["y"]),
        ["kl_div of logarithms"] = t => KLDivLoss(reduction: Reduction.Sum).call(t["x"], t["t"]),
        ["kl_div of probabilities"] = t => KLDivLoss(log_target: false).call(t["x"], t["t"]),
        ["mse_loss"] = t => MSELoss().call(t["x"], t["t"]),
        ["l1_loss"] = t => F.l1_loss(t["x"], t["t"]),
        ["binary_cross_entropy"] = t => F.binary_cross_entropy(t["x"], t["t"]),
        ["binary_cross_entropy_with_logits"] = t => BCEWithLogitsLoss(pos_weights: t["p"].detach()).call(t["x"], t["t"]),
        ["pad constant"] = t => F.pad(t["x"], (1, 2, 0, 1), value: 0.5),
        ["pad reflect"] = t => F.pad(t["x"], new long[] { 1, 2, 0, 1 }, PaddingModes.Reflect),
        ["pad replicate"] = t => F.pad(t["x"], (1, 2, 0, 1), PaddingModes.Replicate),
        ["one_hot"] = t => F.one_hot(t["y"], 5),
        ["cosine_similarity"] = t => F.cosine_similarity(t["x"], t["t"]),
    };

    public static IEnumerable<object[]> Names() => Fixtures.Names("layers");

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_and_gradients_are_those_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixtures.Case("layers", name);
        var integers = fixture.GetProperty("integers").EnumerateArray().Select(n => n.GetString()).ToHashSet();
        var inputs = new Dictionary<string, Tensor>();
        foreach (var input in fixture.GetProperty("inputs").EnumerateObject())
            inputs[input.Name] = integers.Contains(input.Name) ? Fixtures.Read(input.Value, ScalarType.Int64) : new Parameter(Fixtures.Read(input.Value));
        // The layers take over the parameters they are given, so they get handles of the same tensors.
        var handles = inputs.ToDictionary(i => i.Key, i => i.Value.alias());

        var output = Layers[name](handles);

        Fixtures.AssertClose(fixture.GetProperty("output"), output, what: name);
        var gradients = fixture.GetProperty("gradients").EnumerateObject().ToList();
        if (gradients.Count == 0) return;
        (output * Fixtures.Read(fixture.GetProperty("upstream"))).sum().backward();
        foreach (var gradient in gradients) Fixtures.AssertClose(gradient.Value, inputs[gradient.Name].grad!, what: $"{name}, gradient of {gradient.Name}");
    }

    [Fact]
    public void Every_layer_here_has_a_fixture() => Assert.Equal(Layers.Keys.Order(), Names().Select(n => (string)n[0]).Order());

    private static Conv2d With(Conv2d layer, Dictionary<string, Tensor> tensors)
    {
        layer.weight = new Parameter(tensors["w"]);
        layer.bias = new Parameter(tensors["b"]);
        return layer;
    }

    [Fact]
    public void Batch_norm_without_running_moments_uses_those_of_the_batch()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.BatchNorm2d(2);
        var x = randn(4, 2, 3, 3);
        var expected = layer.call(x);
        layer.num_batches_tracked = null;
        Assert.True(expected.allclose(layer.call(x)));
        (layer.running_mean, layer.running_var) = (null, null);
        layer.eval();
        Assert.True(expected.allclose(layer.call(x)));
    }
}
