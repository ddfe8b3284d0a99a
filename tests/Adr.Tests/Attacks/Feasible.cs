using Adr.Attacks;

namespace Adr.Tests.Attacks;

/// <summary>Membership of S(x), computed here in double precision and not by the code under test.</summary>
internal static class Feasible
{
    internal static void Assert(ThreatModel threat, double[] origin, double[] candidate, int points)
    {
        var width = origin.Length / points;
        for (var point = 0; point < points; point++)
        {
            double largest = 0, squares = 0, sum = 0;
            for (var i = point * width; i < (point + 1) * width; i++)
            {
                var (low, high) = ((double)(float)threat.Bounds.Low, (double)(float)threat.Bounds.High);
                Xunit.Assert.True(candidate[i] >= low && candidate[i] <= high,
                    $"Pixel {i} is {candidate[i]:R}, outside {threat.Bounds}.");
                var delta = Math.Abs(candidate[i] - origin[i]);
                largest = Math.Max(largest, delta);
                squares += delta * delta;
                sum += delta;
            }
            var distance = threat.Norm switch { Norm.Linf => largest, Norm.L1 => sum, _ => Math.Sqrt(squares) };
            // of every pixel
            var rounding = threat.Norm == Norm.L1 ? width * threat.Bounds.Range * Math.Pow(2, -24) : 0;
            Xunit.Assert.True(distance <= threat.Epsilon + 1e-6 + rounding,
                $"Point {point} lies {distance:R} away; ε is {threat.Epsilon:R}.");
        }
    }
}
