using Adr.Models;

namespace Adr.Attacks;

/// <summary>The step that minimises ε = ‖x⁰ − (x + d)‖∞; of those with the same ε, the shortest.</summary>
/// <remarks>
/// For a given ε the box shrinks to |d_i − w_i| ≤ ε, w = x⁰ − x, and d(ε) is the shortest step to the boundary within
/// it (<see cref="BoxedHyperplane"/>). ε suffices if the boundary is within reach of that box and ‖d(ε)‖ ≤ r. The first
/// holds from an ε₀ on, which a sum of b_i·min(room_i, ε) gives; ‖d(ε)‖² falls in ε, and is a quadratic in it on a
/// piece where the same coordinates stand at the box.
/// </remarks>
internal sealed class TrustRegionLinf(int size, Bounds bounds) : TrustRegionStep(size, bounds)
{
    private readonly double[] _low = new double[size];
    private readonly double[] _high = new double[size];

    private protected override void Approach(double multiplier)
    {
        var enough = 0.0;
        for (var i = 0; i < Step.Length; i++) enough = Math.Max(enough, Math.Abs(Way[i] - Step[i]));
        if (Flip()) multiplier = -multiplier;
        var least = LeastReach(Level - BoxedHyperplane.Dot(Normal, Way));
        if (least >= enough) return; // but for rounding the same: the shortest step is the solution
        Furthest(least);
        if (Length(Step) <= Radius) return;

        var bracket = new RootBracket(least, enough); // beyond r; within
        var (epsilon, atHigh) = (0.0, multiplier);
        var aim = Radius * (1 - 0.5 * Closeness);
        var change = double.NaN;
        var turn = 0.0;
        for (var look = 0; look < RootBracket.MostLooks && !bracket.IsClosed; look++)
        {
            var next = bracket.Next(epsilon + change);
            multiplier = At(next, multiplier + turn * (next - epsilon));
            epsilon = next;
            var length2 = SquareOf(Step);
            var length = Math.Sqrt(length2);
            if (length > Radius) bracket.Low = epsilon;
            else (bracket.High, atHigh) = (epsilon, multiplier);
            if (length <= Radius && length >= Radius * (1 - Closeness)) return;
            (var slope, var curve, turn) = Piece(multiplier);
            change = slope < 0 ? Turn(aim * aim, length2, slope, curve) : double.NaN;
        }
        At(bracket.High, atHigh); // the smallest that suffices
    }

    // turns b so that the boundary lies beyond the clean image: then ε₀ bounds the upper reach only
    private bool Flip()
    {
        if (BoxedHyperplane.Dot(Normal, Way) <= Level) return false;
        for (var i = 0; i < Normal.Length; i++) Normal[i] = -Normal[i];
        Level = -Level;
        return true;
    }

    // the smallest ε with b·w + Σ |b_i| min(room_i, ε) = c: concave and piecewise linear in ε, as in Climb
    private double LeastReach(double missing)
    {
        var epsilon = 0.0;
        for (var look = 0; look < RootBracket.MostLooks; look++)
        {
            var (sum, slope) = (0.0, 0.0);
            for (var i = 0; i < Normal.Length; i++)
            {
                var (b, room) = (Math.Abs(Normal[i]), Room(i));
                if (epsilon < room) (sum, slope) = (sum + b * epsilon, slope + b);
                else sum += b * room;
            }
            if (slope == 0 || missing - sum <= 1e-15 * missing) break;
            epsilon += (missing - sum) / slope;
        }
        return epsilon;
    }

    private double Room(int i) => Normal[i] > 0 ? High[i] - Way[i] : Way[i] - Low[i];

    // the one step at ε₀: every coordinate that counts is as far along b as it may be
    private void Furthest(double epsilon)
    {
        for (var i = 0; i < Step.Length; i++)
        {
            var within = Math.Min(Math.Max(0, Way[i] - epsilon), Way[i] + epsilon);
            Step[i] = Normal[i] == 0 ? within : Way[i] + Math.Sign(Normal[i]) * Math.Min(Room(i), epsilon);
        }
    }

    private double At(double epsilon, double guess)
    {
        for (var i = 0; i < Step.Length; i++)
        {
            _low[i] = Math.Max(Low[i], Way[i] - epsilon);
            _high[i] = Math.Min(High[i], Way[i] + epsilon);
        }
        return BoxedHyperplane.Nearest(Way, 0, Normal, _low, _high, Level, guess, Step);
    }

    // half the slope and half the curvature of ‖d‖² in ε, and dν/dε, where the same coordinates stay free (d_i = ν b_i)
    // and the same move with ε
    private (double Slope, double Curve, double Turn) Piece(double multiplier)
    {
        var (normal2, across, moved, count) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < Step.Length; i++)
        {
            var b = Normal[i];
            if (Step[i] > _low[i] && Step[i] < _high[i])
            {
                normal2 += b * b;
                continue;
            }
            var side = Step[i] >= _high[i] ? (_high[i] < High[i] ? 1 : 0) : _low[i] > Low[i] ? -1 : 0;
            if (side == 0) continue; // is at the edge of the box
            across += b * side;
            moved += side * Step[i];
            count++;
        }
        var turn = normal2 > 0 ? -across / normal2 : 0;
        return (multiplier * turn * normal2 + moved, turn * turn * normal2 + count, turn);
    }
}
