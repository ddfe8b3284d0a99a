// answer: attack
// fails: check-inside
Tensor Bpda(Thermometer model, Func<Tensor, Tensor> code, Tensor images, Tensor labels, ThreatModel threat)
{
    var x = images.clone();
    for (var step = 0; step < 40; step++)
    {
        x = x.detach().requires_grad_(true);
        nn.functional.cross_entropy(model.Classify(code(x)), labels).backward();
        var moved = x.detach() + threat.Epsilon / 10 * x.grad.sign();
        x = images + (moved - images).clamp(-threat.Epsilon, threat.Epsilon);
    }
    return x;
}
