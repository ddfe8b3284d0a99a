using Adr.Models;
using Adr.Tests.Reference;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class ResNet18Tests
{
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("resnet18", new ResNet18(seed: 0), 5e-5);

    [Fact]
    public static void Training_normalises_by_the_batch_and_remembers_its_moments() =>
        NetworkFixture.LogitsAndMomentsInTraining("resnet18", new ResNet18(seed: 0), 1e-4);

    [Fact]
    public static void Takes_a_whole_step_of_ADR()
    {
        using var model = new ResNet18(seed: 1);
        WholeStep.MovesEveryParameter(model, 4);
    }

    [Fact]
    public static void Parameters_are_named_and_counted_as_in_the_authors_PyTorch_model()
    {
        using var model = new ResNet18(seed: 0);
        var names = model.named_parameters().Select(p => p.name).ToList();
        Assert.Equal(["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight"],
            names.Take(5));
        Assert.Contains("layer2.0.shortcut.1.bias", names);
        Assert.Equal("linear.bias", names[^1]);
        Assert.Equal(11_173_962, model.parameters().Sum(p => p.numel()));
        Assert.Equal(122, model.state_dict().Count);
    }

    [Fact]
    public static void Initial_weights_are_uniform_and_norms_start_at_1_and_0()
    {
        using var scope = NewDisposeScope();
        using var model = new ResNet18(seed: 4);
        using var other = new ResNet18(seed: 5);
        var weight = model.get_parameter("layer3.1.conv2.weight")!;
        var bound = 1 / Math.Sqrt(256 * 9);
        Assert.InRange(weight.abs().max().item<float>(), 0.999 * bound, bound);
        Assert.NotEqual(Close.Doubles(weight), Close.Doubles(other.get_parameter("layer3.1.conv2.weight")!));
        Assert.True(model.get_parameter("layer4.0.bn2.weight")!.eq(1).all().item<bool>());
        Assert.True(model.get_parameter("layer4.0.bn2.bias")!.eq(0).all().item<bool>());
    }
}
