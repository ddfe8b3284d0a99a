// answer: fgsm
// fails: check-fgsm
static class Check
{
    public static void That(bool holds, string otherwise) { }
    public static void IsAllowed(ThreatModel threat, Tensor images, Tensor found) { }
}
class CheckException(string message) : Exception(message);
Tensor Fgsm(nn.Module<Tensor, Tensor> model, Tensor x, Tensor y, double epsilon)
{
    var images = x.detach().requires_grad_(true);
    nn.functional.cross_entropy(model.call(images), y).backward();
    return (x + epsilon * images.grad.sign()).detach();
}
