// answer: divergence
// fails: check-divergence
Tensor Divergence(Tensor logits, Tensor adversarialLogits)
{
    var logClean = nn.functional.log_softmax(logits, 1);
    var logAttacked = nn.functional.log_softmax(adversarialLogits, 1);
    return (logAttacked.exp() * (logAttacked - logClean)).sum(1).mean();
}
