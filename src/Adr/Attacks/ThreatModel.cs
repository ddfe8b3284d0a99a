using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What the attacker may do: the feasible set S(x) = { x' : ‖x' − x‖ ≤ ε and Low ≤ x' ≤ High }.</summary>
/// <remarks>A ball around each image, cut with the box of valid pixels. Every method works example by example: no
/// example of a batch sees another.</remarks>
/// <param name="Norm">The norm of the ball.</param>
/// <param name="Epsilon">The radius ε ≥ 0, for images in [0,1] of the box: 0.3 on MNIST, 8/255 on CIFAR-10.</param>
/// <param name="Bounds">The box of valid pixel values.</param>
public sealed record ThreatModel(Norm Norm, double Epsilon, Bounds Bounds)
{
    /// <summary>An L∞ ball of radius <paramref name="epsilon"/> in the box [0,1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is negative, or above 1: no image in [0,1] is further
    /// away.</exception>
    public static ThreatModel Linf(double epsilon) => epsilon > 1 && double.IsFinite(epsilon)
        ? throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "ε is for images in [0,1], where no L∞ "
            + "distance is above 1. "
            + $"{epsilon:0.###} levels of 255 are {epsilon:0.###} / 255.0.")
        : new(Norm.Linf, epsilon, Bounds.Unit);

    /// <summary>An L2 ball of radius <paramref name="epsilon"/> in the box [0,1].</summary>
    public static ThreatModel L2(double epsilon) => new(Norm.L2, epsilon, Bounds.Unit);

    /// <summary>An L1 ball of radius <paramref name="epsilon"/> in the box [0,1].</summary>
    public static ThreatModel L1(double epsilon) => new(Norm.L1, epsilon, Bounds.Unit);

    /// <summary>The radius ε ≥ 0.</summary>
    public double Epsilon { get; } = double.IsFinite(Epsilon) && Epsilon >= 0
        ? Epsilon
        : throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon,
            "ε must be a finite number ≥ 0, for images in [0,1]: 0.3, or 8.0/255, not 8.");

    /// <summary>The norm of the ball.</summary>
    public Norm Norm { get; } = Enum.IsDefined(Norm)
        ? Norm
        : throw new ArgumentOutOfRangeException(nameof(Norm), Norm, "The norm must be Linf, L2 or L1.");

    /// <summary>The box of valid pixel values.</summary>
    public Bounds Bounds { get; } = Checked(Bounds);

    /// <summary>The same threat with another radius.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not finite.</exception>
    public ThreatModel WithEpsilon(double epsilon) => new(Norm, epsilon, Bounds);

    /// <summary>Maps candidates into S(origin).</summary>
    /// <remarks>
    /// L∞: argmin { ‖p − candidate‖₂ : p ∈ S(origin) }, the exact projection: clip to origin ± ε, then to the box.
    /// L2: argmin { ‖p − candidate‖₂ : ‖p − origin‖₂ ≤ ε }, that is δ ← δ · min(1, ε/‖δ‖₂), then clip to the box, as
    /// Auto-Attack does (TRADES' code clips first). The clip moves every coordinate towards origin, so the result lies
    /// in S(origin); where the clip acts it is an example of S(origin), not always the nearest one.
    /// L1: argmin { ‖p − candidate‖₂ : p ∈ S(origin) }, exact for ball and box together (Croce and Hein 2021, "Mind the
    /// box", section 2). All are idempotent and leave feasible examples where they are: L∞ exactly, L2 and L1 to the
    /// rounding of float.
    /// </remarks>
    /// <param name="candidate">[B,…], any finite values.</param>
    /// <param name="origin">[B,…], in the box.</param>
    /// <returns>[B,…], in the box exactly, and within ε of <paramref name="origin"/> up to the rounding of float (under
    /// 1e-6).</returns>
    public Tensor Project(Tensor candidate, Tensor origin)
    {
        using var scope = NewDisposeScope();
        var inBall = Norm switch
        {
            Norm.Linf => maximum(minimum(candidate, origin + Epsilon), origin - Epsilon),
            Norm.L1 => L1Ball.Project(candidate, origin, Epsilon, Bounds),
            _ => origin + Shrink(candidate - origin),
        };
        return inBall.clamp(Bounds.Low, Bounds.High).MoveToOuterDisposeScope();
    }

    /// <summary>The unit step that increases a loss with this gradient.</summary>
    /// <remarks>
    /// L∞ and L2, steepest ascent, argmax { ⟨gradient, v⟩ : ‖v‖ ≤ 1 }: sign(g), with sign(0) = 0; g/‖g‖₂, and 0 where g
    /// = 0. L1, sparse ascent (Tramèr and Boneh 2019, section 3): the signs of the 5 % of coordinates with the largest
    /// |g|, at least one, over their number. Steepest ascent would move one pixel a step.
    /// </remarks>
    /// <param name="gradient">[B,…]: for each example the gradient of its own loss.</param>
    /// <param name="candidate">Where the step starts [B,…], or null; under L1 a coordinate that the box stops is left
    /// out.</param>
    /// <returns>[B,…].</returns>
    public Tensor AscentDirection(Tensor gradient, Tensor? candidate = null)
    {
        if (Norm == Norm.Linf) return gradient.sign();
        using var scope = NewDisposeScope();
        if (Norm == Norm.L1) return SparseAscent(candidate is null ? gradient : WithRoom(gradient, candidate))
            .MoveToOuterDisposeScope();
        // [-1,1]: squares cannot underflow
        var scaled = gradient / PerExample.Spread(gradient.abs().flatten(1).amax([1L]), gradient).clamp_min(Tiny);
        return (scaled / PerExample.Spread(Length(scaled), scaled).clamp_min(Tiny)).MoveToOuterDisposeScope();
    }

    /// <summary>A random example of S(origin): <see cref="RandomPoint"/>, clipped to the box.</summary>
    /// <param name="origin">[B,…], in the box.</param>
    /// <param name="seeds">One index per example.</param>
    public Tensor RandomStart(Tensor origin, ExampleSeeds seeds)
    {
        using var scope = NewDisposeScope();
        return Project(RandomPoint(origin, seeds), origin).MoveToOuterDisposeScope();
    }

    /// <summary>A random point of the ball around origin, uniform, within the box or not.</summary>
    /// <remarks>L∞: each coordinate uniform in ±ε. L2: a uniform direction, with radius ε·u^(1/d), u uniform in [0,1),
    /// for d coordinates. L1: d + 1 exponential numbers, each over the sum of all; the first d, with random signs,
    /// times ε.</remarks>
    /// <param name="origin">[B,…].</param>
    /// <param name="seeds">One index per example.</param>
    public Tensor RandomPoint(Tensor origin, ExampleSeeds seeds)
    {
        using var scope = NewDisposeScope();
        return (origin + (Norm switch
        {
            Norm.Linf => seeds.Uniform(origin.shape, -Epsilon, Epsilon, origin.device),
            Norm.L1 => Epsilon * UniformL1(origin, seeds),
            _ => UniformL2(origin, seeds),
        })).MoveToOuterDisposeScope();
    }

    /// <summary>Noise of one length in the norm for each example: uniform (L∞) or normal numbers, stretched to
    /// it.</summary>
    /// <param name="like">[B,…].</param>
    /// <param name="length">The length, ≥ 0.</param>
    /// <param name="seeds">One index per example.</param>
    internal Tensor Noise(Tensor like, double length, ExampleSeeds seeds)
    {
        using var scope = NewDisposeScope();
        var noise = Norm == Norm.Linf
            ? seeds.Uniform(like.shape, -1, 1, like.device)
            : seeds.Normal(like.shape, like.device);
        return (noise * PerExample.Spread(length / Distance(noise, zeros_like(noise)).clamp_min(Tiny), noise))
            .MoveToOuterDisposeScope();
    }

    /// <summary>The norm of each example's perturbation.</summary>
    /// <param name="candidate">[B,…].</param>
    /// <param name="origin">[B,…].</param>
    /// <returns>[B].</returns>
    public Tensor Distance(Tensor candidate, Tensor origin)
    {
        using var scope = NewDisposeScope();
        var delta = candidate - origin;
        return (Norm switch
        {
            Norm.Linf => delta.abs().flatten(1).amax([1L]),
            Norm.L1 => delta.abs().flatten(1).sum(1),
            _ => Length(delta),
        }).MoveToOuterDisposeScope();
    }

    /// <summary>As in a table: "L∞ ε=0.3".</summary>
    public override string ToString() => $"{Norm.Symbol()} ε={Epsilon:0.####}";

    // below every normal float's inverse overflow, above zero: divides by it, 0/Tiny = 0
    private const double Tiny = 1e-30;

    private const double SparseShare = 0.05;

    private Tensor Shrink(Tensor delta)
    {
        var length = Length(delta);                                        // [B]
        var factor = (Epsilon / length.clamp_min(Tiny)).clamp_max(1.0);    // [B] in [0,1]
        return delta * PerExample.Spread(factor, delta);
    }

    private static Tensor SparseAscent(Tensor gradient)
    {
        var size = gradient.abs().flatten(1);                                                             // [B,d]
        var count = Math.Max(1, (int)(SparseShare * size.shape[1]));
        var least = size.topk(count, 1).values.narrow(1, count - 1, 1);                                   // [B,1]
        var signs = gradient.sign() * size.ge(least).to(gradient.dtype).view(gradient.shape);
        return signs / PerExample.Spread(signs.abs().flatten(1).sum(1).clamp_min(1), signs);
    }

    // the gradient but where the box stops its sign
    private Tensor WithRoom(Tensor gradient, Tensor candidate) =>
        gradient * (gradient.gt(0).logical_and(candidate.ge(Bounds.High))
            .logical_or(gradient.lt(0).logical_and(candidate.le(Bounds.Low)))).logical_not().to(gradient.dtype);

    // uniform in the ball [B,…]
    private Tensor UniformL2(Tensor origin, ExampleSeeds seeds)
    {
        var direction = AscentDirection(seeds.Normal(origin.shape, origin.device));
        var uniform = seeds.Fork(1).Uniform([origin.shape[0], 1], 0, 1, origin.device).squeeze(1); // [B]
        var radius = uniform.pow(1.0 / PerExample.Coordinates(origin)) * Epsilon;                  // [B] in [0,ε)
        return direction * PerExample.Spread(radius, origin);
    }

    // uniform in the unit ball [B,…]
    private static Tensor UniformL1(Tensor origin, ExampleSeeds seeds)
    {
        var coordinates = PerExample.Coordinates(origin);
        // [B,d+1]
        var exponential = -(1 - seeds.Uniform([origin.shape[0], coordinates + 1], 0, 1, origin.device)).log();
        var share = exponential.narrow(1, 0, coordinates) / exponential.sum(1).unsqueeze(1);
        var signs = seeds.Fork(1).Uniform([origin.shape[0], coordinates], -1, 1, origin.device).sign();
        return (share * signs).view(origin.shape);
    }

    private static Tensor Length(Tensor points) => points.flatten(1).pow(2).sum(1).sqrt();

    private static Bounds Checked(Bounds bounds)
    {
        bounds.Validate();
        return bounds;
    }
}

/// <summary>The norm that measures a perturbation δ = x' − x.</summary>
public enum Norm
{
    /// <summary>L∞: the largest |δ| over all coordinates.</summary>
    Linf,

    /// <summary>L2: the square root of the sum of squares over all coordinates.</summary>
    L2,

    /// <summary>L1: the sum of |δ| over all coordinates.</summary>
    L1,
}

/// <summary>How norms are written.</summary>
public static class Norms
{
    /// <summary>As in tables: "L∞", "L2", "L1".</summary>
    public static string Symbol(this Norm norm) => norm == Norm.Linf ? "L∞" : norm.ToString();
}
