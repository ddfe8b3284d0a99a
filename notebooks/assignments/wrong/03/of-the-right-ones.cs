// answer: robust
// fails: check-robust
// The share among the examples that are right when clean.
double RobustAccuracy(bool[] clean, bool[][] attacked) =>
    (double)Enumerable.Range(0, clean.Length).Count(i => clean[i] && attacked.All(flags => flags[i]))
        / clean.Count(flag => flag);
