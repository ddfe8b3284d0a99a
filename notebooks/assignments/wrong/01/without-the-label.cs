// answer: worst-linf
// fails: check-linf
Tensor WorstLinf(Tensor x, Tensor y, Tensor w, double epsilon) => x - epsilon * w.sign();
