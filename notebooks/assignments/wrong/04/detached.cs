// answer: divergence
// fails: check-divergence
Tensor Divergence(Tensor logits, Tensor adversarialLogits)
{
    var logClean = nn.functional.log_softmax(logits, 1);
    var logAttacked = nn.functional.log_softmax(adversarialLogits, 1);
    return (logClean.detach().exp() * (logClean.detach() - logAttacked)).sum(1).mean();
}
