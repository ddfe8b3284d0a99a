using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Scopes;

public sealed class DisposeScopeTests
{
    [Fact]
    public void Disposes_what_is_made_in_it()
    {
        Tensor inner;
        using (NewDisposeScope()) inner = ones(2);
        Assert.True(inner.IsInvalid);
    }

    [Fact]
    public void Leaves_what_was_made_outside()
    {
        using var outer = ones(2);
        using (NewDisposeScope()) { }
        Assert.False(outer.IsInvalid);
    }

    [Fact]
    public void MoveToOuter_keeps_a_tensor_until_the_outer_scope_ends()
    {
        Tensor kept, lost;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                lost = ones(2);
                kept = lost.add(1).MoveToOuterDisposeScope();
            }
            Assert.True(lost.IsInvalid);
            Assert.Equal([2f, 2f], kept.data<float>().ToArray());
        }
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void MoveToOuter_without_an_outer_scope_frees_the_tensor_from_every_scope()
    {
        Tensor kept;
        using (NewDisposeScope()) kept = ones(2).MoveToOuterDisposeScope();
        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [Fact]
    public void Detach_keeps_a_tensor_beyond_all_scopes()
    {
        Tensor kept;
        using (NewDisposeScope())
        using (NewDisposeScope()) kept = ones(2).DetachFromDisposeScope();
        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [Fact]
    public void Attach_adopts_a_tensor_of_another_scope()
    {
        using var outer = NewDisposeScope();
        var adopted = ones(2);
        using (var inner = NewDisposeScope()) inner.Attach(adopted);
        Assert.True(adopted.IsInvalid);
        Assert.Equal(0, outer.DisposablesCount);
    }

    [Fact]
    public void MoveToOtherDisposeScope_goes_where_another_tensor_lies()
    {
        using var outer = NewDisposeScope();
        var there = ones(1);
        Tensor moved;
        using (NewDisposeScope()) moved = ones(2).MoveToOtherDisposeScope(there);
        Assert.False(moved.IsInvalid);
        Assert.True(outer.Contains(moved));
    }

    [Fact]
    public void DisposeEverythingBut_keeps_what_is_named()
    {
        using var scope = NewDisposeScope();
        var (kept, lost) = (ones(1), ones(1));
        scope.DisposeEverythingBut(kept);
        Assert.True(lost.IsInvalid);
        Assert.False(kept.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_tensor_disposed_by_hand_leaves_its_scope()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(1);
        tensor.Dispose();
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void Scopes_closed_out_of_order_close_all_the_same()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var tensor = ones(1);
        inner.Dispose();
        Assert.True(tensor.IsInvalid);
        Assert.NotSame(inner, CurrentDisposeScope);
        Assert.NotSame(outer, CurrentDisposeScope);
    }

    [Fact]
    public void A_closed_scope_says_so()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scope.DisposablesCount);
        scope.Dispose();
    }

    [Fact]
    public void WrappedTensorDisposeScope_keeps_the_result_alone()
    {
        using var scope = NewDisposeScope();
        var result = WrappedTensorDisposeScope(() => ones(3).mul(2).add(1));
        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal([3f, 3f, 3f], result.data<float>().ToArray());
    }

    [Fact]
    public void No_tensor_is_left_after_a_loop_in_scopes()
    {
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        var before = statistics.ThreadTotalLiveCount;
        using var weights = randn(8, 8).requires_grad_();
        for (var step = 0; step < 200; step++)
        {
            using var scope = NewDisposeScope();
            var loss = randn(4, 8).matmul(weights).relu().square().mean();
            var gradient = autograd.grad([loss], [weights])[0];
            using (no_grad()) weights.add_(gradient, -0.01);
            _ = weights[..2].softmax(1).split(1).Length;
            _ = weights.max(1);
        }
        Assert.Equal(before + 1, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Statistics_count_what_a_thread_does()
    {
        var worker = new Thread(() =>
        {
            var statistics = DisposeScopeManager.Statistics;
            using (NewDisposeScope()) ones(1).add(1).DetachFromDisposeScope().Dispose();
            using var outside = ones(1);
            Assert.Equal((2L, 1L), (statistics.CreatedInScopeCount, statistics.CreatedOutsideScopeCount));
            Assert.Equal((1L, 1L), (statistics.DisposedInScopeCount, statistics.DisposedOutsideScopeCount));
            Assert.Equal((1L, 1L), (statistics.DetachedFromScopeCount, statistics.ThreadTotalLiveCount));
            passed = true;
        });
        worker.Start();
        worker.Join();
        Assert.True(passed);
    }

    private bool passed;

    [Fact]
    public void A_closed_scope_takes_nothing_and_nothing_is_lost()
    {
        var closed = NewDisposeScope();
        closed.Dispose();
        Tensor x;
        using (var scope = NewDisposeScope())
        {
            x = ones(1);
            Assert.Throws<ObjectDisposedException>(() => scope.MoveToOther(closed, x));
            Assert.True(scope.Contains(x));
        }
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void A_parameter_counts_once()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (nn.Linear(2, 2)) { }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
