// answer: paired
// fails: check-paired
(double Difference, double HalfWidth) Difference(bool[] first, bool[] second)
{
    double n = first.Length, p = first.Count(flag => flag) / n, q = second.Count(flag => flag) / n;
    return (p - q, 1.959963984540054 * Math.Sqrt((p * (1 - p) + q * (1 - q)) / n));
}
