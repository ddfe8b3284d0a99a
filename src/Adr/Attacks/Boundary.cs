using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The boundaries between the own class of each point and some others, made flat where a candidate stands.</summary>
/// <param name="model">Gives logits [b,K].</param>
/// <param name="labels">[b].</param>
/// <param name="others">For each point the other classes [b,M], int64.</param>
/// <param name="threat">Says what is near.</param>
/// <param name="cost">To be counted on.</param>
internal sealed class Boundary(nn.Module<Tensor, Tensor> model, Tensor labels, Tensor others, ThreatModel threat, AttackCost cost)
{
    private const double Tiny = 1e-60; // above zero, below the length of any gradient in float32: 0/Tiny = 0

    /// <summary>That of some of the points; its tensors go to the scope outside the open one.</summary>
    /// <param name="left">Where they stand among these [b'].</param>
    internal Boundary Select(Tensor left) =>
        new(model, labels.index_select(0, left).MoveToOuterDisposeScope(), others.index_select(0, left).MoveToOuterDisposeScope(), threat, cost);

    /// <summary>The logits at candidates [b,C,H,W]: [b,K].</summary>
    internal Tensor Logits(Tensor candidate) => cost.Ask(model, candidate);

    /// <summary>The nearest one of each candidate, by |z_k − z_y| / ‖∇(z_k − z_y)‖ in the dual norm. One gradient for each of the M classes.</summary>
    /// <param name="candidate">[b,C,H,W].</param>
    internal Hyperplane NearestTo(Tensor candidate)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var (delta, logits) = DifferentiableLook.At(model, candidate, cost);
        var rises = logits.gather(1, others) - logits.gather(1, labels.unsqueeze(1));                       // [b,M]: z_k − z_y
        Hyperplane? nearest = null;
        for (long other = 0; other < others.shape[1]; other++)
        {
            using var one = NewDisposeScope();
            cost.CountGradient(candidate.shape[0]);
            var gradient = Gradients.Of(rises.select(1, other).sum(), delta, keepGraph: other < others.shape[1] - 1);
            using var noGraph = no_grad();
            var here = At(rises.select(1, other).detach(), gradient);
            var nearer = nearest is null ? here : Nearer(nearest, here);
            nearest?.Dispose(); // so that two gradients are in memory, not M
            nearest = nearer.MoveToOuterScope();
        }
        return nearest!.MoveToOuterScope();
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
        return new Hyperplane(
            where(PerPoint.Spread(isSecond, first.Normal), second.Normal, first.Normal),
            where(isSecond, second.Rise, first.Rise),
            where(isSecond, second.Distance, first.Distance));
    }
}

/// <summary>For each point a flat boundary at a candidate x: { p : ⟨Normal, p − x⟩ = −Rise }.</summary>
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
