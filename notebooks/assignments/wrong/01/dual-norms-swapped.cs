// answer: margin
// fails: check-margin
Tensor WorstMargin(Tensor x, Tensor y, Tensor w, Tensor b, double epsilon, Norm norm) =>
    y * (x.mv(w) + b) - epsilon * (norm == Norm.Linf ? w.norm() : w.abs().sum());
