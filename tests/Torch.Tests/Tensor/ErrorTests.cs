using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class ErrorTests
{
    [Fact]
    public void An_error_of_libtorch_carries_its_message_and_no_native_stack()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => ones(2, 3).mm(ones(2, 3)));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message);
    }

    [Fact]
    public void Sizes_that_do_not_broadcast_are_told()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => ones(2) + ones(3));
        Assert.Contains("The size of tensor a (2) must match the size of tensor b (3)", error.Message);
    }

    [Fact]
    public void An_index_outside_is_told() =>
        Assert.Contains("index 5 out of range", Assert.Throws<ExternalException>(() => ones(2)[5]).Message);

    [Fact]
    public void A_gradient_of_something_without_history_is_told() =>
        Assert.Contains("does not require grad", Assert.Throws<ExternalException>(() => ones(1).backward()).Message);

    [Fact]
    public void A_second_backward_is_told()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, requires_grad: true);
        var y = x.exp();
        y.backward();
        Assert.Contains("backward through the graph a second time", Assert.Throws<ExternalException>(() => y.backward()).Message);
    }

    [Fact]
    public void An_allocation_beyond_memory_is_an_error_not_a_crash() =>
        Assert.Contains("memory", Assert.Throws<ExternalException>(() => empty(1L << 50)).Message);

    [Fact]
    public void A_device_that_is_not_there_is_told()
    {
        if (cuda.is_available()) return;
        Assert.Contains("CUDA is not available", Assert.Throws<InvalidOperationException>(() => ones(1).cuda()).Message);
        Assert.Contains("CUDA is not available", Assert.Throws<InvalidOperationException>(() => zeros(1, device: CUDA)).Message);
    }

    [Fact]
    public void The_engine_goes_on_after_an_error()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ExternalException>(() => ones(2).reshape(3));
        Assert.Equal(2f, ones(2).sum().ToSingle());
    }

    [Fact]
    public void Null_in_a_list_is_told() => Assert.Throws<ArgumentNullException>(() => cat([ones(1), null!]));

    [Fact]
    public void A_null_operand_is_told() => Assert.Throws<ExternalException>(() => ones(1).add((Tensor)null!));
}
