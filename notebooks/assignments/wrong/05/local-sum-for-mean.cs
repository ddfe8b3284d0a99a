// answer: local
// fails: check-local
Tensor Local(Tensor z, Tensor zAttacked) => (z - zAttacked).abs().sum(1).mean();
