using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>t-SNE (van der Maaten and Hinton 2008), exact: points in a plane whose neighbours are those of the points
/// in D dimensions.</summary>
/// <remarks>Memory and time grow with N²: a thousand points take seconds. Gradient descent with momentum 0.5, from step
/// 250 on 0.8, gains per coordinate, and early exaggeration by 12 over the first 250 steps, from the principal
/// components scaled to a deviation of 10⁻⁴.</remarks>
public sealed record TSne
{
    private const int Early = 250;
    private const double Exaggeration = 12;

    /// <summary>How many neighbours a point has, in effect; 5 to 50 are usual. Must be below N/3. Default 30.</summary>
    public double Perplexity { get; init; } = 30;

    /// <summary>Steps of the descent, at least 250. Default 1000.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The descent's rate; null, the default, for N/48, at least 50 (Belkina et al. 2019).</summary>
    public double? LearningRate { get; init; }

    /// <summary>Lays points out.</summary>
    /// <param name="points">[N,D], N at least 4.</param>
    /// <returns>[N,2], float64 on the CPU, with mean 0. The same points give the same bits.</returns>
    /// <exception cref="ArgumentException">There are too few points for the perplexity, or a setting is out of
    /// range.</exception>
    public Tensor Embed(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[0] < 4)
            throw new ArgumentException($"t-SNE needs at least 4 points [N,D], not [{string.Join(",", points.shape)}].",
                nameof(points));
        if (!(Perplexity >= 1 && Perplexity < points.shape[0] / 3.0))
            throw new ArgumentException($"The perplexity is {Perplexity}; it must be at least 1 and below a third of "
                + $"the {points.shape[0]} points.");
        if (Steps < Early) throw new ArgumentException($"Steps is {Steps}; the exaggeration alone takes {Early}.");
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var x = points.detach().cpu().to(ScalarType.Float64);
        var p = Affinities(x); // [N,N]
        var start = PrincipalComponents.Of(x).Project(x); // [N,2]
        var y = (start / start.narrow(1, 0, 1).std().clamp_min(1e-12) * 1e-4).MoveToOuterDisposeScope();
        var (velocity, gain) = (zeros_like(y), ones_like(y));
        var rate = LearningRate ?? Math.Max(points.shape[0] / 48.0, 50);
        for (var step = 0; step < Steps; step++)
        {
            using var once = NewDisposeScope();
            var gradient = Gradient(step < Early ? p * Exaggeration : p, y);
            var against = gradient.sign().ne(velocity.sign()).to(ScalarType.Float64);
            gain.copy_(((gain + 0.2) * against + gain * 0.8 * (1 - against)).clamp_min(0.01));
            velocity.copy_(velocity * (step < Early ? 0.5 : 0.8) - rate * gain * gradient);
            y.add_(velocity);
            y.sub_(y.mean([0L], keepdim: true));
        }
        y.DetachFromDisposeScope();
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>P [N,N]: symmetric, of sum 1; each row before that has the entropy log perplexity.</summary>
    internal Tensor Affinities(Tensor points)
    {
        using var scope = NewDisposeScope();
        var count = points.shape[0];
        var apart = cdist(points, points).pow(2); // [N,N]
        var mean = apart.mean([1L], keepdim: true).clamp_min(1e-12);
        // no point is its own neighbour
        var squared = where(eye(count, dtype: ScalarType.Float64).gt(0), tensor(double.PositiveInfinity), apart);
        squared = squared - squared.min(1, keepdim: true).values; // the nearest at 0: no row underflows
        var low = zeros([count, 1], ScalarType.Float64);
        var high = full([count, 1], double.PositiveInfinity, ScalarType.Float64);
        var precision = mean.reciprocal(); // β = 1/2σ², by bisection
        var target = Math.Log(Perplexity);
        var rows = zeros_like(squared);
        for (var step = 0; step < 100; step++)
        {
            rows = (-squared * precision).softmax(1);
            var entropy = -(rows * rows.clamp_min(1e-300).log()).sum([1L], keepdim: true);
            var flat = entropy.gt(target); // too many neighbours: more precision
            low = where(flat, precision, low);
            high = where(flat, high, precision);
            precision = where(high.isinf(), precision * 2, (low + high) / 2);
        }
        var symmetric = (rows + rows.t()) / (2 * count);
        return symmetric.clamp_min(1e-300).MoveToOuterDisposeScope();
    }

    // 4 Σ_j (p_ij − q_ij) (y_i − y_j) / (1 + |y_i − y_j|²), eq. 5
    private static Tensor Gradient(Tensor p, Tensor y)
    {
        var near = (cdist(y, y).pow(2) + 1).reciprocal(); // [N,N], Student's t of one degree
        near = near * (1 - eye(y.shape[0], dtype: ScalarType.Float64));
        var pull = (p - near / near.sum()) * near; // [N,N]
        return 4 * (pull.sum([1L], keepdim: true) * y - pull.mm(y));
    }
}
