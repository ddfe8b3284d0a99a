using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Adr.Torch.Tests.NN;

public class UtilsTests
{
    private static Parameter[] Pair()
    {
        var pair = new[] { new Parameter(tensor(new float[] { 1, 2 })), new Parameter(tensor(new float[] { 3, 4, 5, 6 }).reshape(2, 2)), new Parameter(zeros(1)) };
        (3 * pair[0].sum() + 4 * pair[1].narrow(0, 0, 1).sum()).backward(); // gradients 3 3 and 4 4 0 0, none for the last
        return pair;
    }

    [Theory]
    [InlineData(100, 2, 7.0710678118654755, 3)]
    [InlineData(1, 2, 7.0710678118654755, 3 / 7.0710678118654755)]
    [InlineData(7, 1, 14, 1.5)]
    [InlineData(2, double.PositiveInfinity, 4, 1.5)]
    public void Clipping_scales_all_gradients_together(double limit, double type, double norm, double first)
    {
        using var scope = NewDisposeScope();
        var pair = Pair();

        Assert.Equal(norm, utils.clip_grad_norm_(pair, limit, type), 5);

        Assert.Equal(first, pair[0].grad![0].item<float>(), 4);
        Assert.Equal(first / 3 * 4, pair[1].grad![0, 1].item<float>(), 4);
        Assert.Null(pair[2].grad);
    }

    [Fact]
    public void Clipping_by_value_reaches_each_element()
    {
        using var scope = NewDisposeScope();
        var pair = Pair();

        utils.clip_grad_value_(pair, 3.5);

        Assert.Equal([3f, 3f], pair[0].grad!.data<float>().ToArray());
        Assert.Equal([3.5f, 3.5f, 0f, 0f], pair[1].grad!.data<float>().ToArray());
    }

    [Fact]
    public void Parameters_become_a_vector_and_back()
    {
        using var scope = NewDisposeScope();
        var pair = Pair();

        var vector = utils.parameters_to_vector(pair);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f, 0f], vector.data<float>().ToArray());

        utils.vector_to_parameters(vector.detach() * 2, pair);
        Assert.Equal([6f, 8f, 10f, 12f], pair[1].data<float>().ToArray());
        Assert.True(pair[1].requires_grad);
        Assert.Throws<ArgumentException>(() => utils.vector_to_parameters(zeros(3), pair));
    }
}
