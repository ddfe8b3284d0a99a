using Adr.Attacks;
using Adr.Models;
using Adr.Native;
using Adr.Tests.Reference;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

/// <summary>The form of a network that attacks run.</summary>
public static class FrozenTests
{
    public static TheoryData<string, Func<Classifier>> Networks => new()
    {
        { "MNIST CNN", () => new MnistCnn(seed: 1) },
        { "CIFAR CNN", () => new CifarCnn(seed: 1) },
        { "ResNet-18", () => new ResNet18(seed: 1) },
        { "WideResNet-10-2", () => new WideResNet(seed: 1, depth: 10, width: 2) },
        { "PreActResNet-18", () => new PreActResNet18(seed: 1) },
        { "PreActResNet-18, fast", () => new PreActResNet18(seed: 1, form: PreActForm.Fast) },
        { "SiLU PreActResNet-18", () => new SiluPreActResNet18(seed: 1) },
        { "SiLU WideResNet-10-2", () => new SiluWideResNet(seed: 1, depth: 10, width: 2) },
        { "WideResNet-10-2, normalised",
            () => new Normalized(new WideResNet(seed: 1, depth: 10, width: 2), Normalisation.Cifar10) },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public static void It_gives_the_same_logits_and_the_same_signs_of_the_gradient(
        string name, Func<Classifier> make)
    {
        using var scope = NewDisposeScope();
        using var model = Prepared(make);
        var (images, labels) = Batch(model);
        var (logits, gradient) = LossGradient(model.call, images, labels);
        var (frozen, frozenGradient) = LossGradient(model.Frozen()!, images, labels);
        Close.Tensor(logits, frozen, 1e-5, $"{name}: logits");
        // as a whole and roughly: of half a million units some are so close to 0 that rounding turns one on or off, and
        // one of the N that are on in a late layer is 1/√N of the gradient
        Assert.InRange(((gradient - frozenGradient).norm() / gradient.norm()).item<float>(), 0, 0.03);
        var clear = gradient.abs().gt(1e-4 * gradient.abs().amax([1L, 2L, 3L], true)); // below it a sign is rounding
        Assert.True(Share(clear) > 0.9, $"{name}: too few clear signs");
        Assert.InRange(Share(gradient.sign().eq(frozenGradient.sign()).logical_or(clear.logical_not())), 0.999, 1.0);
    }

    [Theory] // channels-last is the fast way: it takes other kernels of oneDNN's
    [MemberData(nameof(Networks))]
    public static void The_plain_way_gives_the_same_loss_and_the_same_signs(string name, Func<Classifier> make)
    {
        using var scope = NewDisposeScope();
        using var fast = Prepared(make);
        using var plain = Prepared(make);
        foreach (var convolution in plain.modules().OfType<Conv2d>())
            convolution.weight = nn.Parameter(((Tensor)convolution.weight!).contiguous(), requires_grad: false);
        var (images, labels) = Batch(fast);
        var (logits, gradient) = LossGradient(plain.call, images, labels);
        var (fastLogits, fastGradient) = LossGradient(fast.Frozen()!, images, labels);
        Close.Tensor(nn.functional.cross_entropy(logits, labels), nn.functional.cross_entropy(fastLogits, labels), 1e-4,
            $"{name}: loss");
        Close.Tensor(logits, fastLogits, 1e-4, $"{name}: logits");
        var clear = gradient.abs().gt(1e-3 * gradient.abs().amax([1L, 2L, 3L], true));
        Assert.True(Share(clear) > 0.9, $"{name}: too few clear signs");
        Assert.InRange(Share(gradient.sign().eq(fastGradient.sign()).logical_or(clear.logical_not())), 0.999, 1.0);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public static void Its_weights_are_those_of_the_moment_and_end_with_the_scope(string name, Func<Classifier> make)
    {
        using var model = Prepared(make);
        var statistics = DisposeScopeManager.Statistics; // of this thread
        var before = statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            var (images, labels) = Batch(model);
            using (var noGraph = no_grad())
                foreach (var parameter in model.parameters()) parameter.mul_(0.9);
            model.eval();
            Close.Tensor(model.call(images), model.Frozen()!(images), 1e-5, name);
        }
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    private static Classifier Prepared(Func<Classifier> make)
    {
        var model = SplitMix.Fill(make(), 3);
        model.eval();
        foreach (var parameter in model.parameters()) parameter.requires_grad = false;
        return model;
    }

    private static (Tensor Images, Tensor Labels) Batch(Classifier model) =>
        (SplitMix.Tensor(7, 0, 1, [4, .. model.InputShape]), SplitMix.Labels(8, 4, model.Classes));

    private static float Share(Tensor flags) => flags.to(ScalarType.Float32).mean().item<float>();

    private static (Tensor Logits, Tensor Gradient) LossGradient(
        Func<Tensor, Tensor> network, Tensor images, Tensor labels)
    {
        var x = images.clone().requires_grad_(true);
        var logits = network(x);
        var gradient = Gradients.Of(nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum), x);
        return (logits.detach(), gradient);
    }
}
