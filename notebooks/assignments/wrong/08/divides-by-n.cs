// answer: gain
// fails: check-gain
(double Mean, double Half) Gain(double[] first, double[] second)
{
    double[] quantiles = [12.7062, 4.3027, 3.1824, 2.7764];
    double[] differences = [.. second.Zip(first, (b, a) => b - a)];
    var (n, mean) = (differences.Length, differences.Average());
    var deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / n);
    return (mean, quantiles[n - 2] * deviation / Math.Sqrt(n));
}
