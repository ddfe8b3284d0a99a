using System.Diagnostics;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

[Collection(nameof(GlobalState))]
public sealed class LifetimeTests
{
    public static TheoryData<string, Action<Tensor>> Uses => new()
    {
        { "an operator", t => t.add(1) },
        { "an operator, as its second argument", t => ones(2).add(t) },
        { "an operator, in a list", t => cat([t, t]) },
        { "an index", t => _ = t[0] },
        { "its shape", t => _ = t.shape },
        { "its type", t => _ = t.dtype },
        { "its device", t => _ = t.device },
        { "its data", t => t.data<float>() },
        { "its bytes", t => _ = t.bytes.Length },
        { "a number", t => t.ToSingle() },
        { "requires_grad", t => t.requires_grad = true },
        { "its gradient", t => _ = t.grad },
        { "its gradient, written", t => ones(2).requires_grad_().grad = t },
        { "backward", t => t.backward() },
        { "autograd.grad", t => autograd.grad([t], [t]) },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void Use_after_dispose_throws(string use, Action<Tensor> act)
    {
        using var scope = NewDisposeScope();
        var tensor = ones(2);
        tensor.Dispose();
        Assert.True(tensor.IsInvalid, use);
        Assert.Contains("disposed", Assert.Throws<ObjectDisposedException>(() => act(tensor)).Message);
    }

    [Fact]
    public void Data_of_a_disposed_tensor_throws()
    {
        var tensor = ones(2);
        var data = tensor.data<float>();
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => data[0]);
        Assert.Throws<ObjectDisposedException>(() => data[0] = 1);
        Assert.Throws<ObjectDisposedException>(() => data.ToArray());
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        var before = LiveTensors.Settled();
        var tensor = ones(2);
        Assert.Equal(before + 1, Tensor.TotalCount);
        tensor.Dispose();
        tensor.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void The_garbage_collector_frees_forgotten_tensors()
    {
        var before = LiveTensors.Settled();
        Forget(100);
        Collect();
        Assert.InRange(Tensor.TotalCount, 0, before);
    }

    [Fact]
    public void Memory_does_not_grow_over_many_steps()
    {
        Step(200);
        var before = Resident();
        Step(2000);
        Assert.InRange(Resident() - before, long.MinValue, 64L << 20); // what the steps allocate in all is 8 GB
    }

    [Fact]
    public void A_tensor_can_be_disposed_while_another_shares_its_memory()
    {
        var whole = arange(6, float32).reshape(2, 3);
        using var row = whole[1];
        whole.Dispose();
        Collect();
        Assert.Equal([3f, 4f, 5f], row.data<float>().ToArray());
    }

    [Fact]
    public void A_handle_can_be_given_away_and_taken_back()
    {
        var before = LiveTensors.Settled();
        var tensor = ones(2);
        var handle = tensor.DecoupleFromNativeHandle();
        Assert.True(tensor.IsInvalid);
        Assert.Equal(before, Tensor.TotalCount);
        using var again = Tensor.UnsafeCreateTensor(handle);
        Assert.Equal([1f, 1f], again.data<float>().ToArray());
    }

    [Fact]
    public void Many_threads_can_make_and_dispose_tensors()
    {
        var before = LiveTensors.Settled();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var scope = NewDisposeScope();
            var sum = zeros(16);
            for (var k = 0; k < 50; k++) sum = sum + i;
            Assert.Equal(50 * i * 16, sum.sum().ToSingle());
        });
        Assert.Equal(before, Tensor.TotalCount);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(int count)
    {
        for (var i = 0; i < count; i++) _ = ones(10);
    }

    private static void Step(int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var weights = ones(1000, 250, requires_grad: true); // 1 MB
            weights.exp().mul(2).sum().backward();
            using var gradient = weights.grad;
        }
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        return process.WorkingSet64;
    }
}
