// answer: safe
// fails: check-safe
double SafeWeight(int classes, Func<double, double, double> loss)
{
    var safe = 0.0;
    for (var i = 1; i <= 200; i++)
    {
        var weight = i / 100.0;
        var even = loss(1.0 / classes, weight);
        if (loss(1.0 / classes + 0.001, weight) < even || loss(1.0 / classes - 0.001, weight) < even) break;
        safe = weight;
    }
    return safe;
}
