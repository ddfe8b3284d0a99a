using Adr.Data;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

public static class GratingsTests
{
    [Fact]
    public static void They_look_like_CIFAR_and_no_picture_is_in_both_parts()
    {
        var (train, test) = Gratings.Load(40, 20, 10);
        using (train)
        using (test)
        {
            using var scope = NewDisposeScope();
            Assert.Equal([40, 3, 32, 32], train.Images.shape);
            Assert.Equal([20, 3, 32, 32], test.Images.shape);
            Assert.Equal(10, train.Classes);
            var distances = (train.Images.view(40, 1, -1) - test.Images.view(1, 20, -1)).abs().amax(2);
            Assert.True(distances.min().item<float>() > 0.1);
        }
    }

    [Fact]
    public static void Those_of_a_class_are_nearer_to_each_other_in_their_spectrum_than_to_others()
    {
        var (train, test) = Gratings.Load(100, 100, 10);
        using (train)
        using (test)
        {
            using var scope = NewDisposeScope();
            var (known, unknown) = (Means(train.Images), Means(test.Images));
            var nearest = (unknown.unsqueeze(1) - known.unsqueeze(0)).pow(2).sum(2).argmin(1);
            var right = train.Labels.index_select(0, nearest).eq(test.Labels).sum().item<long>();
            Assert.True(right >= 90, $"{right} of 100 are told apart by colour and by how neighbours differ alone.");
        }

        static Tensor Means(Tensor images) => cat(
        [
            images.std([2L, 3L]),
            (images.narrow(2, 1, 31) - images.narrow(2, 0, 31)).abs().mean([2L, 3L]),
            (images.narrow(3, 1, 31) - images.narrow(3, 0, 31)).abs().mean([2L, 3L]),
        ], 1);
    }
}
