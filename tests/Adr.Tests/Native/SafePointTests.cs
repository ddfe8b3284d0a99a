using System.Runtime;
using System.Runtime.CompilerServices;
using Adr.Attacks;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Tests.Native;

public class SafePointTests
{
    private static byte[]? _kept;

    [Fact]
    public void It_collects_once_the_threads_have_allocated_their_allowance()
    {
        SafePoint.Pass();
        Assert.True(IsCollectedAfter(2 * SafePoint.Allowance)); // .NET counts what threads allocate with a delay
    }

    [Fact]
    public void Nothing_is_collected_in_the_background() =>
        Assert.Equal(GCLatencyMode.Batch, GCSettings.LatencyMode);

    [Fact]
    public void An_attack_passes_it_in_every_step()
    {
        using var scope = NewDisposeScope();
        using var model = new Allocating();
        var threat = ThreatModel.Linf(0.1);
        new Pgd(threat, steps: 3).Run(model, zeros(2, 1, 4, 4), zeros(2, ScalarType.Int64), seed: 1);
        // each forward pass leaves more garbage than the allowance: the next step has collected it
        Assert.All(model.Garbage.SkipLast(1), garbage => Assert.False(garbage.IsAlive));
    }

    private static bool IsCollectedAfter(long bytes)
    {
        var garbage = Garbage(bytes);
        SafePoint.Pass();
        return !garbage.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Garbage(long bytes)
    {
        for (var k = 0L; k < bytes; k += 1000) _kept = new byte[1000];
        return new WeakReference(new object());
    }

    private sealed class Allocating : nn.Module<Tensor, Tensor>
    {
        internal Allocating() : base(nameof(Allocating)) { }

        internal List<WeakReference> Garbage { get; } = [];

        public override Tensor forward(Tensor input)
        {
            Garbage.Add(SafePointTests.Garbage(2 * SafePoint.Allowance));
            return input.flatten(1).narrow(1, 0, 2);
        }
    }
}
