using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class AutogradTests
{
    [Fact]
    public void Backward_accumulates_into_leaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2f, 3f], requires_grad: true);
        Assert.Null(x.grad);
        x.square().sum().backward();
        Assert.Equal([2f, 4f, 6f], x.grad!.data<float>().ToArray());
        x.square().sum().backward();
        Assert.Equal([4f, 8f, 12f], x.grad!.data<float>().ToArray());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_accumulates_nothing()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2f, 3f], requires_grad: true);
        var gradient = autograd.grad([x.exp().sum()], [x])[0];
        Assert.True(gradient.allclose(x.exp()));
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_weighs_its_outputs()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1f, 2f, 3f], requires_grad: true);
        var gradient = autograd.grad([x * 2], [x], [tensor([1f, 10f, 100f])])[0];
        Assert.Equal([2f, 20f, 200f], gradient.data<float>().ToArray());
    }

    [Fact]
    public void Grad_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);
        var first = autograd.grad([x.pow(3)], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x])[0];
        Assert.Equal(12, first.ToDouble());
        Assert.Equal(12, second.ToDouble());
    }

    [Fact]
    public void An_unused_input_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(2.0, requires_grad: true), tensor(3.0, requires_grad: true));
        var gradients = autograd.grad([x * x], [x, y], allow_unused: true);
        Assert.Equal(4, gradients[0].ToDouble());
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void Backward_into_inputs_leaves_other_leaves_alone()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(2.0, requires_grad: true), tensor(3.0, requires_grad: true));
        (x * y).backward(inputs: [x]);
        Assert.Equal(3, x.grad!.ToDouble());
        Assert.Null(y.grad);
    }

    [Fact]
    public void A_matrix_product_has_the_gradient_of_its_formula()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (randn(3, 4, float64).requires_grad_(), randn(4, 2, float64).requires_grad_());
        var weight = randn(3, 2, float64);
        a.matmul(b).backward([weight]);
        Assert.True(a.grad!.allclose(weight.matmul(b.t())));
        Assert.True(b.grad!.allclose(a.t().matmul(weight)));
    }

    [Fact]
    public void No_grad_records_nothing_until_disposed()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, requires_grad: true);
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad()) Assert.True((x * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }
        Assert.True((x * 2).requires_grad);
        using (set_grad_enabled(false)) Assert.False((x * 2).requires_grad);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Inference_mode_ends_with_its_guard()
    {
        using (inference_mode()) Assert.True(is_inference_mode_enabled());
        Assert.False(is_inference_mode_enabled());
    }

    [Fact]
    public void Detach_shares_memory_and_drops_history()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = (x * 3).detach();
        Assert.False(y.requires_grad);
        Assert.True(y.is_leaf);
        Assert.False((x * 3).is_leaf);
        var shared = x.detach();
        shared.fill_(7);
        Assert.Equal([7f, 7f], x.data<float>().ToArray());
    }

    [Fact]
    public void Retained_gradients_of_inner_results_are_kept()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);
        var inner = x * 3;
        inner.retain_grad();
        inner.square().backward();
        Assert.Equal(12, inner.grad!.ToDouble());
    }

    [Fact]
    public void Requires_grad_is_refused_to_integers() =>
        Assert.Contains("floating point", Assert.Throws<System.Runtime.InteropServices.ExternalException>(
            () => arange(3).requires_grad_()).Message);

    [Fact]
    public void An_alias_is_the_same_native_tensor()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var second = x.alias();
        Assert.True(second.is_leaf);
        (second * 3).sum().backward();
        Assert.Equal([3f, 3f], x.grad!.data<float>().ToArray());
        x.Dispose();
        Assert.Equal([1f, 1f], second.data<float>().ToArray());
    }

    [Fact]
    public void A_result_in_place_has_a_life_of_its_own()
    {
        using var x = tensor([-1f, 1f]);
        using (var y = nn.functional.relu(x, inplace: true)) Assert.NotSame(x, y);
        Assert.Equal([0f, 1f], x.data<float>().ToArray());
    }
}
