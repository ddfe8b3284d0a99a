using Adr.Models;

namespace Adr.Attacks;

/// <summary>One step of Brendel and Bethge's attack for one point (2019, eq. 2): as near to the clean image as the
/// boundary and a trust region allow.</summary>
/// <remarks>
/// d = argmin { ‖x⁰ − (x + d)‖ : b·d = c, ‖d‖₂ ≤ r, x + d in the box }. Where the boundary b·d = c cannot be reached
/// within box and region: d = argmax { sign(c) b·d : ‖d‖₂ ≤ r, x + d in the box }. Exact but for rounding, in double
/// precision; each search is bounded (<see cref="RootBracket"/>). An instance is working memory for one point after
/// another, and not for several threads.
/// </remarks>
internal abstract class TrustRegionStep
{
    // how near to r a step that would like to be longer comes, relative
    private protected const double Closeness = 1e-12;

    private const double LeastNormal = 1e-14; // entries of b that are smaller, relative to the largest, count as 0

    private readonly Bounds _bounds;

    private protected TrustRegionStep(int size, Bounds bounds)
    {
        _bounds = bounds;
        (Way, Low, High, Normal, Step)
            = (new double[size], new double[size], new double[size], new double[size], new double[size]);
    }

    /// <summary>x⁰ − x [n].</summary>
    private protected double[] Way { get; }

    /// <summary>The lower ends of d [n], ≤ 0.</summary>
    private protected double[] Low { get; }

    /// <summary>The upper ends of d [n], ≥ 0.</summary>
    private protected double[] High { get; }

    /// <summary>b [n], over its largest |entry|; or −b, so that <see cref="Level"/> ≥ 0.</summary>
    private protected double[] Normal { get; }

    /// <summary>c for <see cref="Normal"/>.</summary>
    private protected double Level { get; set; }

    /// <summary>r.</summary>
    private protected double Radius { get; private set; }

    /// <summary>The result d [n].</summary>
    private protected double[] Step { get; }

    /// <summary>A solver for points of so many coordinates.</summary>
    /// <param name="norm">L∞ or L2.</param>
    /// <param name="size">n.</param>
    /// <param name="bounds">The box.</param>
    internal static TrustRegionStep Of(Norm norm, int size, Bounds bounds) => norm switch
    {
        Norm.Linf => new TrustRegionLinf(size, bounds),
        Norm.L2 => new TrustRegionL2(size, bounds),
        _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "The step is known for L∞ and L2."),
    };

    /// <summary>The step d [n]; valid until the next call.</summary>
    /// <param name="origin">x⁰ [n], in the box.</param>
    /// <param name="x">[n], in the box but for rounding.</param>
    /// <param name="normal">b [n], finite.</param>
    /// <param name="level">c.</param>
    /// <param name="radius">r ≥ 0.</param>
    internal ReadOnlySpan<double> Solve(
        ReadOnlySpan<double> origin,
        ReadOnlySpan<double> x,
        ReadOnlySpan<double> normal,
        double level,
        double radius)
    {
        Radius = radius;
        if (!Prepare(origin, x, normal, level)) return Step; // b = 0: no direction leads to the boundary
        if (BoxedHyperplane.Reach(Normal, Low, High) < Level)
        {
            Climb();
            return Step;
        }
        // the shortest step to the boundary
        var multiplier = BoxedHyperplane.Nearest(Way, 0, Normal, Low, High, Level, Level / SquareOf(Normal), Step);
        if (Length(Step) > radius) Climb();
        else Approach(multiplier);
        return Step;
    }

    /// <summary>The solution where the boundary is within reach. On entry <see cref="Step"/> is the shortest step to
    /// it.</summary>
    /// <param name="multiplier">ν with Step = clip(ν b).</param>
    private protected abstract void Approach(double multiplier);

    private protected static double Length(ReadOnlySpan<double> values) => Math.Sqrt(SquareOf(values));

    private protected static double SquareOf(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++) sum += values[i] * values[i];
        return sum;
    }

    /// <summary>
    /// By how much a parameter must change for a squared length to become <paramref name="target"/>, if that is, on the
    /// present piece, length² + 2·slope·s + curve·s²; NaN if it never is. The root is the one beside the present place,
    /// on the branch of its slope.
    /// </summary>
    private protected static double Turn(double target, double length2, double slope, double curve)
    {
        var gap = target - length2;
        var root = Math.Sqrt(slope * slope + curve * gap);
        return gap / (slope + (slope < 0 ? -root : root));
    }

    private bool Prepare(ReadOnlySpan<double> origin, ReadOnlySpan<double> x, ReadOnlySpan<double> normal, double level)
    {
        var largest = 0.0;
        foreach (var b in normal) largest = Math.Max(largest, Math.Abs(b));
        var sign = level < 0 ? -1 : 1;
        for (var i = 0; i < normal.Length; i++)
        {
            Way[i] = origin[i] - x[i];
            // 0 and the clean image are always allowed, whatever the rounding of x and of the box
            Low[i] = Math.Min(_bounds.Low - x[i], Math.Min(Way[i], 0));
            High[i] = Math.Max(_bounds.High - x[i], Math.Max(Way[i], 0));
            var b = largest > 0 ? normal[i] / largest * sign : 0;
            Normal[i] = Math.Abs(b) < LeastNormal ? 0 : b;
            Step[i] = 0;
        }
        Level = largest > 0 ? Math.Abs(level) / largest : 0;
        return largest > 0 ? double.IsFinite(Level) : level == 0;
    }

    // d_i = clip(s b_i). ‖d‖² is concave and piecewise linear in s², so that Newton's steps from 0 stay below r and
    // each halves what is missing or the slope (Radzik 1998); the slope, a sum of b_i² in [1e-28, n], can be halved so
    // often only.
    private void Climb()
    {
        var (square, target) = (0.0, Radius * Radius);
        for (var look = 0; look < RootBracket.MostLooks; look++)
        {
            var (sum, slope) = (0.0, 0.0);
            for (var i = 0; i < Normal.Length; i++)
            {
                var (b2, room) = (Normal[i] * Normal[i], Normal[i] > 0 ? High[i] : Low[i]);
                if (square * b2 < room * room) (sum, slope) = (sum + square * b2, slope + b2);
                else sum += Normal[i] == 0 ? 0 : room * room;
            }
            if (slope == 0 || target - sum <= 1e-15 * target) break;
            square += (target - sum) / slope;
        }
        var scale = Math.Sqrt(square);
        for (var i = 0; i < Step.Length; i++) Step[i] = Math.Min(Math.Max(scale * Normal[i], Low[i]), High[i]);
    }
}
