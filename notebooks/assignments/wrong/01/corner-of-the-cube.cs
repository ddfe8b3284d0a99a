// answer: worst-l2
// fails: check-l2
// A corner, which L-infinity would reach, at the right distance.
Tensor WorstL2(Tensor x, Tensor y, Tensor w, double epsilon) =>
    x - epsilon / Math.Sqrt(w.shape[0]) * y.unsqueeze(1) * w.sign();
