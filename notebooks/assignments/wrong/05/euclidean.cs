// answer: local
// fails: check-local
Tensor Local(Tensor z, Tensor zAttacked) => (z - zAttacked).norm(1).mean() / z.shape[1];
