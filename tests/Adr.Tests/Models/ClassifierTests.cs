using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class ClassifierTests
{
    [Fact]
    public static void One_tensor_can_be_both_the_latent_and_the_logits()
    {
        using var scope = NewDisposeScope();
        using var model = new Same();
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 2, 2);
        Close.Same(images.flatten(1), model.call(images), "forward");
        var (latent, logits) = ModelFacts.Represent(model, images);
        Close.Same(latent, logits, "both");
    }

    [Fact]
    public static void Forward_frees_what_Represent_makes_but_the_logits()
    {
        using var outer = NewDisposeScope();
        using var model = new TinyClassifier(1);
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 6, 6);
        var before = outer.DisposablesCount;
        model.call(images);
        Assert.Equal(before + 1, outer.DisposablesCount);
    }

    public sealed class From
    {
        private readonly Sequential _features = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU());
        private readonly Sequential _head = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16, 5));

        [Fact]
        public void Gives_the_flattened_features_as_the_latent()
        {
            using var scope = NewDisposeScope();
            using var model = Classifier.From(_features, _head, "two halves");
            var images = SplitMix.Tensor(1, 0, 1, 2, 1, 6, 6);
            var (z, logits) = ModelFacts.Represent(model, images);
            Close.Same(_features.call(images).flatten(1), z, "latent");
            Close.Same(_head.call(_features.call(images)), logits, "logits");
            Close.Same(logits, model.call(images), "forward");
            Assert.Equal("two halves", ModelFacts.NameOf(model));
            Assert.Equal(
                ["features.0.weight", "features.0.bias", "head.1.weight", "head.1.bias"],
                model.named_parameters().Select(p => p.name));
        }

        [Fact]
        public void Saves_and_loads_weights_as_any_module()
        {
            using var scope = NewDisposeScope();
            using var folder = new Data.TemporaryFolder();
            using var model = Classifier.From(_features, _head);
            using var other = Classifier.From(
                nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU()), nn.Sequential(nn.Flatten(), nn.Linear(3 * 16, 5)));
            Weights.Save(model, folder["weights"]);
            Assert.Equal("composed", Weights.Load(other, folder["weights"])["architecture"]);
            var images = SplitMix.Tensor(1, 0, 1, 2, 1, 6, 6);
            Close.Same(model.call(images), other.call(images), "logits");
        }
    }

    public sealed class Facts
    {
        [Fact]
        public void Come_from_the_classifier_or_from_the_module()
        {
            using var plain = nn.Sequential(nn.Flatten(), nn.Linear(36, 3));
            using var own = new TinyClassifier(1);
            Assert.Equal(("Sequential", "tiny-cnn"), (ModelFacts.NameOf(plain), ModelFacts.NameOf(own)));
            Assert.Equal(Bounds.Unit, ModelFacts.BoundsOf(plain));
            ModelFacts.Check(plain, [1, 6, 6], 3);
            ModelFacts.Check(own, [1, 6, 6], own.Classes);
        }

        [Fact]
        public void Are_checked_without_moving_the_model()
        {
            using var norm = nn.BatchNorm2d(1);
            using var model = nn.Sequential(norm, nn.Flatten(), nn.Linear(36, 3));
            model.train();
            ModelFacts.Check(model, [1, 6, 6], 3);
            Assert.True(model.training && norm.training);
            Assert.Equal(1, norm.running_var!.item<float>());
        }

        [Fact]
        public void That_do_not_fit_are_refused()
        {
            using var plain = nn.Sequential(nn.Flatten(), nn.Linear(36, 3));
            using var maps = nn.Sequential(nn.Conv2d(1, 3, 3));
            Refused(plain, [1, 6, 6], 4, "has 3 classes, the data has 4");
            Refused(plain, [1, 5, 5], 3, "does not take the images [1,5,5] of the data");
            Refused(maps, [1, 6, 6], 3, "must give logits [B,3]");

            using var one = nn.Sequential(nn.Flatten(), nn.Linear(36, 1));
            Refused(one, [1, 6, 6], 2, "stands for the logits [0, z]");
            Refused(one, [1, 6, 6], 3, "must give logits [B,3]");
            Refused(new Around(plain, after: logits => logits.argmax(1)), [1, 6, 6], 3, "outputs of type Int64");
            Refused(new Around(plain, after: logits => logits.select(1, 0)), [1, 6, 6], 2, "it gave [2]");
            Refused(new Around(plain, after: logits => logits.sum([0L], keepdim: true)), [1, 6, 6], 3, "gave [1,3]");
            using var doubles = nn.Sequential(nn.Flatten(), nn.Linear(36, 3)).to(ScalarType.Float64);
            Refused(doubles, [1, 6, 6], 3, "weights are Float64 and the images Float32");
            ModelFacts.Check(new Around(plain, after: logits => logits.to(ScalarType.BFloat16)), [1, 6, 6], 3);

            static void Refused(nn.Module<Tensor, Tensor> model, long[] shape, int classes, string message) =>
                Assert.Contains(
                    message,
                    Assert.Throws<ArgumentException>(() => ModelFacts.Check(model, shape, classes)).Message,
                    StringComparison.Ordinal);
        }

        [Fact]
        public void Have_no_latent_for_a_plain_module_and_say_how_to_give_one()
        {
            using var scope = NewDisposeScope();
            using var plain = nn.Sequential(nn.Flatten(), nn.Linear(36, 3));
            var error = Assert.Throws<ArgumentException>(() => ModelFacts.Represent(plain, zeros(1, 1, 6, 6)));
            Assert.Contains("Classifier.From(features, head)", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The images are the logits, and the latent too.</summary>
    private sealed class Same() : Classifier("same", 4, [1, 2, 2])
    {
        public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var y = images.flatten(1);
            return (y, y);
        }
    }
}
