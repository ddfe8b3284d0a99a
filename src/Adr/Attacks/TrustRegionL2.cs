using Adr.Models;

namespace Adr.Attacks;

/// <summary>The step that minimises ‖x⁰ − (x + d)‖₂.</summary>
/// <remarks>
/// With multipliers λ of the boundary and μ ≥ 0 of the region the solution is d_i = clip((w_i + λ b_i)/(1 + μ)), w = x⁰
/// − x. With t = 1/(1 + μ) in [0,1] that is the nearest point to t·w on the boundary within the box
/// (<see cref="BoxedHyperplane"/>). Its length rises in t, from the shortest step at 0; so t is 1, or the t at which
/// the length is r. On a piece, where the same coordinates stand at the box, ‖d‖² is a quadratic in t.
/// </remarks>
internal sealed class TrustRegionL2(int size, Bounds bounds) : TrustRegionStep(size, bounds)
{
    private protected override void Approach(double multiplier)
    {
        multiplier = At(1, multiplier);
        var length2 = SquareOf(Step);
        if (Math.Sqrt(length2) <= Radius) return;
        var bracket = new RootBracket(0, 1); // within r; beyond
        var (t, atLow) = (1.0, 0.0);         // atLow: a guess of ν there
        var aim = Radius * (1 - 0.5 * Closeness);
        for (var look = 0; look < RootBracket.MostLooks && !bracket.IsClosed; look++)
        {
            var (slope, curve, turn) = Piece();
            var change = Turn(aim * aim, length2, slope, curve);
            var next = bracket.Next(t + change);
            multiplier = At(next, multiplier + turn * (next - t));
            (t, length2) = (next, SquareOf(Step));
            var length = Math.Sqrt(length2);
            if (length > Radius) bracket.High = t;
            else (bracket.Low, atLow) = (t, multiplier);
            if (length <= Radius && length >= Radius * (1 - Closeness)) return;
        }
        At(bracket.Low, atLow); // the longest that is within r
    }

    private double At(double t, double guess) => BoxedHyperplane.Nearest(Way, t, Normal, Low, High, Level, guess, Step);

    // half the slope and half the curvature of ‖d‖² in t, and dν/dt, where the same coordinates stay free: d' = w + ν'
    // b on them, with b·d' = 0
    private (double Slope, double Curve, double Turn) Piece()
    {
        var (normal2, along) = (0.0, 0.0);
        for (var i = 0; i < Step.Length; i++)
        {
            if (!IsFree(i)) continue;
            normal2 += Normal[i] * Normal[i];
            along += Normal[i] * Way[i];
        }
        var turn = normal2 > 0 ? -along / normal2 : 0;
        var (slope, curve) = (0.0, 0.0);
        for (var i = 0; i < Step.Length; i++)
        {
            if (!IsFree(i)) continue;
            var change = Way[i] + turn * Normal[i];
            slope += Step[i] * change;
            curve += change * change;
        }
        return (slope, curve, turn);
    }

    private bool IsFree(int i) => Step[i] > Low[i] && Step[i] < High[i];
}
