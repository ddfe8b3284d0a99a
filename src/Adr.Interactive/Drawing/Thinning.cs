namespace Adr.Interactive.Drawing;

/// <summary>Drops the points of a long curve that could not be seen.</summary>
internal static class Thinning
{
    private const int Enough = 1500;

    /// <summary>
    /// Of the neighbours that fall on one column of pixels, keeps the first, the lowest, the highest and the last, so
    /// that the drawn curve is the same.
    /// </summary>
    internal static IReadOnlyList<(double X, double Y)> Keep(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count <= Enough) return points;
        var kept = new List<(double X, double Y)>();
        for (var from = 0; from < points.Count;)
        {
            var to = from + 1;
            while (to < points.Count && Math.Floor(points[to].X) == Math.Floor(points[from].X)) to++;
            var (lowest, highest) = (from, from);
            for (var k = from; k < to; k++)
            {
                if (points[k].Y < points[lowest].Y) lowest = k;
                if (points[k].Y > points[highest].Y) highest = k;
            }
            foreach (var k in new SortedSet<int> { from, lowest, highest, to - 1 }) kept.Add(points[k]);
            from = to;
        }
        return kept;
    }
}
