using Adr.Native;
using Adr.Tests.Reference;
using static TorchSharp.torch;

namespace Adr.Tests.Native;

public static class GradientsTests
{
    [Fact]
    public static void Are_those_of_autograd()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 1.0, 2 }, requires_grad: true), tensor(new[] { 3.0, 5 }, requires_grad: true));

        var gradients = Gradients.Of((a * a * b).sum(), [("a", a), ("b", b)]);

        Assert.Equal([6, 20], Close.Doubles(gradients[0])); // 2ab
        Assert.Equal([1, 4], Close.Doubles(gradients[1]));  // a²
        Assert.All(gradients, gradient => Assert.False(gradient.requires_grad));
    }

    [Fact]
    public static void Leave_what_backward_had_gathered_before()
    {
        using var scope = NewDisposeScope();
        var (a, other) = (tensor(new[] { 1.0, 2 }, requires_grad: true), tensor(new[] { 7.0, 7 }, requires_grad: true));
        (a * other).sum().backward();

        Gradients.Of((a * a * other).sum(), a);

        Assert.Equal([7, 7], Close.Doubles(a.grad!));
        Assert.Equal([1, 2], Close.Doubles(other.grad!)); // of the loss alone with respect to what was asked
    }

    [Fact]
    public static void A_graph_that_is_kept_gives_another()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 3.0 }, requires_grad: true);
        var loss = (a * a).sum();

        Assert.Equal([6], Close.Doubles(Gradients.Of(loss, a, keepGraph: true)));
        Assert.Equal([6], Close.Doubles(Gradients.Of(loss, a)));
        // freed by the one before
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => Gradients.Of(loss, a));
        Assert.Null(a.grad);
    }

    // Each of these ends the process in TorchSharp's own autograd.grad.
    [Fact]
    public static void A_loss_without_a_gradient_is_an_error_in_words()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 3.0 }, requires_grad: true);

        var error = Assert.Throws<InvalidOperationException>(() => Gradients.Of(ones(1).sum(), a));

        Assert.Contains("The loss has no gradient", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void A_loss_that_does_not_depend_on_an_input_names_it()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 3.0 }, requires_grad: true), tensor(new[] { 5.0 }, requires_grad: true));

        var error = Assert.Throws<InvalidOperationException>(() =>
            Gradients.Of((a * a).sum(), [("fc1.weight", a), ("fc2.weight", b)]));

        Assert.Contains("does not depend on fc2.weight", error.Message, StringComparison.Ordinal);
        Assert.Null(a.grad);
    }

    [Fact]
    public static void Many_numbers_are_no_loss()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 3.0, 4 }, requires_grad: true);

        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => Gradients.Of(a * a, a));
    }
}
