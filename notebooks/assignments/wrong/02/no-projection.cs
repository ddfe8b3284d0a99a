// answer: pgd
// fails: check-pgd
Tensor Pgd(
    nn.Module<Tensor, Tensor> model, Tensor x, Tensor y, double epsilon, double stepSize, int steps, Tensor start)
{
    var current = start;
    for (var step = 0; step < steps; step++)
    {
        var images = current.detach().requires_grad_(true);
        nn.functional.cross_entropy(model.call(images), y).backward();
        var moved = (current + stepSize * images.grad.sign()).detach();
        current = moved.clamp(0, 1);
    }
    return current;
}
