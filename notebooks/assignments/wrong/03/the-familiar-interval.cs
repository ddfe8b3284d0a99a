// answer: interval
// fails: check-interval
(double Low, double High) Interval(int successes, int total)
{
    var p = (double)successes / total;
    var half = 1.959963984540054 * Math.Sqrt(p * (1 - p) / total);
    return (p - half, p + half);
}
