// answer: gain
// fails: check-gain
(double Mean, double Half) Gain(double[] first, double[] second)
{
    double[] quantiles = [12.7062, 4.3027, 3.1824, 2.7764];
    double Variance(double[] values) => values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1);
    var n = first.Length;
    var half = quantiles[n - 2] * Math.Sqrt((Variance(first) + Variance(second)) / n);
    return (second.Average() - first.Average(), half);
}
