namespace TorchSharp.Modules;

/// <summary>The update that Adam and AdamW share.</summary>
internal static class AdamRule
{
    /// <summary>m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= η·m̂ / (√v̂ + ε), with the largest v so far for amsgrad.</summary>
    internal static void Step(Parameter parameter, torch.Tensor gradient, torch.Tensor mean, torch.Tensor square, torch.Tensor? largest,
        long step, double rate, double beta1, double beta2, double eps)
    {
        Op.InPlace("mul_.Scalar", mean, beta1);
        Op.InPlace("add_.Tensor", mean, gradient, 1 - beta1);
        Op.InPlace("mul_.Scalar", square, beta2);
        Op.InPlace("addcmul_", square, gradient, gradient, 1 - beta2);
        if (largest is not null)
        {
            square = Op.Call("maximum", largest, square);
            Op.InPlace("copy_", largest, square);
        }
        double correction1 = 1 - Math.Pow(beta1, step), correction2 = 1 - Math.Pow(beta2, step);
        var root = Op.Call("div.Scalar", Op.Call("sqrt", square), Math.Sqrt(correction2));
        Op.InPlace("add_.Scalar", root, eps);
        Op.InPlace("addcdiv_", parameter, mean, root, -rate / correction1);
    }
}
