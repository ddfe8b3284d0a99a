using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The boundaries between each example's own class and some others, linearised where a candidate is.</summary>
/// <param name="context">The model and the examples.</param>
/// <param name="others">For each example the other classes [b,M], int64.</param>
/// <param name="threat">Its norm says what is near.</param>
internal sealed class Boundary(AttackContext context, ExampleState others, ThreatModel threat)
{
    private const double Tiny = 1e-60; // above zero, below the length of any gradient in float32: 0/Tiny = 0

    /// <summary>The nearest one to each candidate, by |z_k − z_y| / ‖∇(z_k − z_y)‖ in the dual norm. One gradient for
    /// each of the M classes.</summary>
    /// <param name="candidate">[b,C,H,W].</param>
    internal Hyperplane NearestTo(Tensor candidate)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var (delta, logits) = context.ForwardWithGraph(candidate);
        var classes = others.Rows.shape[1];
        var rises = logits.gather(1, others.Rows) - logits.gather(1, context.Labels.unsqueeze(1)); // [b,M]: z_k − z_y
        Hyperplane? nearest = null;
        for (long other = 0; other < classes; other++)
        {
            using var one = NewDisposeScope();
            context.Cost.CountBackward(candidate.shape[0]);
            var gradient = Gradients.Of(rises.select(1, other).sum(), delta, keepGraph: other < classes - 1);
            using var noGraph = no_grad();
            var here = At(rises.select(1, other).detach(), gradient);
            var nearer = nearest is null ? here : Nearer(nearest, here);
            nearest?.Dispose(); // so that two gradients are in memory, not M
            nearest = nearer.MoveToOuterScope();
        }
        context.Watch(nearest!.Normal);
        context.Look(nearest.Normal);
        return nearest.MoveToOuterScope();
    }

    private Hyperplane At(Tensor rise, Tensor gradient)
    {
        var rows = gradient.flatten(1);
        var length = threat.Norm switch // the dual norm, in float64: squares of small numbers are no numbers in float32
        {
            Norm.Linf => rows.abs().sum(1, type: ScalarType.Float64),
            Norm.L1 => rows.abs().amax([1L]).to(ScalarType.Float64),
            _ => rows.to(ScalarType.Float64).square().sum(1).sqrt(),
        };
        return new Hyperplane(gradient, rise, rise.abs() / length.clamp_min(Tiny));
    }

    private static Hyperplane Nearer(Hyperplane first, Hyperplane second)
    {
        var isSecond = second.Distance.lt(first.Distance);
        return new Hyperplane(where(PerExample.Spread(isSecond, first.Normal), second.Normal, first.Normal),
            where(isSecond, second.Rise, first.Rise), where(isSecond, second.Distance, first.Distance));
    }
}

/// <summary>For each example a linearised boundary at a candidate x: { p : ⟨Normal, p − x⟩ = −Rise }.</summary>
/// <param name="Normal">The gradient of z_k − z_y [b,C,H,W].</param>
/// <param name="Rise">z_k − z_y at x [b]: negative on the right side.</param>
/// <param name="Distance">From x, where there is no box [b], float64.</param>
internal sealed record Hyperplane(Tensor Normal, Tensor Rise, Tensor Distance) : IDisposable
{
    /// <summary>Itself, with its tensors in the scope outside the open one.</summary>
    internal Hyperplane MoveToOuterScope()
    {
        Normal.MoveToOuterDisposeScope();
        Rise.MoveToOuterDisposeScope();
        Distance.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Frees its tensors.</summary>
    public void Dispose()
    {
        Normal.Dispose();
        Rise.Dispose();
        Distance.Dispose();
    }
}
