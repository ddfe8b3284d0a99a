// answer: safe
// fails: check-safe
double SafeWeight(int classes, Func<double, double, double> loss) =>
    Enumerable.Range(1, 200).Select(i => i / 100.0).MinBy(weight => loss(1.0 / classes, weight));
