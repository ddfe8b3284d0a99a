// answer: robust
// fails: check-robust
// The smallest accuracy, and not the worst case of each example.
double RobustAccuracy(bool[] clean, bool[][] attacked) =>
    attacked.Append(clean).Min(flags => flags.Count(flag => flag)) / (double)clean.Length;
