// answer: worst-linf
// fails: check-linf
Tensor WorstLinf(Tensor x, Tensor y, Tensor w, double epsilon) => x + epsilon * y.unsqueeze(1) * w.sign();
