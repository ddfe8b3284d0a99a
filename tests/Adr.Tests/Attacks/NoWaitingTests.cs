using Adr.Attacks;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>
/// A training's attack asks the device for no numbers: every question waits until the device has done all that it was
/// asked before. The device "meta" has shapes and no numbers, so that a question throws there.
/// </summary>
public static class NoWaitingTests
{
    private static readonly Device Meta = new(DeviceType.META, 0);

    public static TheoryData<Attack> OfTraining => new(
        new Pgd(ThreatModel.Linf(0.1), 3), Pgd.Trades(ThreatModel.Linf(0.1), 3), new Fgsm(ThreatModel.Linf(0.1)),
        new Pgd(ThreatModel.Linf(0.1), 3, loss: AttackLoss.Margin));

    [Theory, MemberData(nameof(OfTraining))]
    public static void An_attack_asks_for_no_numbers(Attack attack)
    {
        using var scope = NewDisposeScope();
        using var model = new Squashed();
        model.to(Meta);
        var (images, labels) = Examples();
        var attacked = attack.RunUnchecked(model, images, labels, ExampleSeeds.Sequence(1, 4));
        Assert.Equal(DeviceType.META, attacked.device_type);
    }

    [Fact] // so that the test above can fail
    public static void A_question_throws_there()
    {
        using var scope = NewDisposeScope();
        var number = empty([4], device: Meta).sum();
        Assert.Contains("meta tensor", Assert.ThrowsAny<Exception>(() => number.item<float>()).Message,
            StringComparison.Ordinal);
        Assert.Contains("meta tensor", Assert.ThrowsAny<Exception>(() => number.cpu()).Message,
            StringComparison.Ordinal);
    }

    private static (Tensor Images, Tensor Labels) Examples() => (empty([4, 1, 4, 4], device: Meta),
        empty([4], dtype: ScalarType.Int64, device: Meta));

    // Of what libtorch can do without numbers: it has no convolution there, and no ReLU.
    private sealed class Squashed : Classifier
    {
        private readonly TorchSharp.Modules.Linear _hidden = nn.Linear(16, 8), _output = nn.Linear(8, 3);

        internal Squashed() : base("squashed", 3, [1, 4, 4])
        {
            register_module("hidden", _hidden);
            register_module("output", _output);
        }

        public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var latent = _hidden.call(images.view(-1, 16)).tanh();
            return (latent, _output.call(latent));
        }
    }
}
