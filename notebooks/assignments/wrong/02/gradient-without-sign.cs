// answer: fgsm
// fails: check-fgsm
Tensor Fgsm(nn.Module<Tensor, Tensor> model, Tensor x, Tensor y, double epsilon)
{
    var images = x.detach().requires_grad_(true);
    nn.functional.cross_entropy(model.call(images), y).backward();
    return (x + epsilon * images.grad / images.grad.abs().amax([1L, 2, 3], keepdim: true)).clamp(0, 1).detach();
}
