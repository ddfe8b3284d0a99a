namespace Adr.Evaluation;

/// <summary>What one check of <see cref="GradientMasking"/> measured.</summary>
/// <param name="Check">Which check.</param>
/// <param name="IsWarning">Whether what must hold does not.</param>
/// <param name="Limit">When it warns, in words: "warns above 4 of 200 points".</param>
/// <param name="Numbers">What was measured, with the budget in each name.</param>
public sealed record MaskingFinding(MaskingCheck Check, bool IsWarning, string Limit, IReadOnlyList<MaskingNumber> Numbers)
{
    /// <summary>What must hold.</summary>
    public string Rule => Check switch
    {
        MaskingCheck.Logits => "the answers are logits, not probabilities",
        MaskingCheck.ZeroGradients => "gradients are not exactly zero",
        MaskingCheck.LossRises => "the loss rises along a small step in the gradient's direction",
        MaskingCheck.MoreSteps => "more steps do not raise the robust accuracy",
        MaskingCheck.Convergence => "the last increase of the steps breaks no more points",
        MaskingCheck.OneStep => "one step breaks no more points than many",
        MaskingCheck.LargerRadius => "robust accuracy falls, and never rises, as ε grows",
        MaskingCheck.WholeBox => "in the whole box nothing stays right",
        _ => "no point falls to answers alone that stands against gradients",
    };

    /// <summary>What it means where the rule does not hold.</summary>
    public string Meaning => Check switch
    {
        MaskingCheck.Logits => "The losses of attacks are flat on probabilities: their gradients are small or zero where the model is sure.",
        MaskingCheck.ZeroGradients => "An attack does not move where the gradient is zero: the point counts as robust because nobody attacked it. A rounding, a step function or a saturated softmax does this.",
        MaskingCheck.LossRises => "The gradient does not describe the loss around the images: the model is not smooth there, or its backward pass is not that of its forward pass.",
        MaskingCheck.MoreSteps => "The attack loses its way: its gradients lead nowhere, or its step size does not suit its steps.",
        MaskingCheck.Convergence => "The attack has not ended: the robust accuracy of the most steps is still too high. This is a weak evaluation, and not by itself a masked gradient.",
        MaskingCheck.OneStep => "Steps after the first make it worse: the loss around the images is so crooked that gradients mislead.",
        MaskingCheck.LargerRadius => "A larger ball holds the smaller one, so the attack misses what it could reach; or no radius does anything.",
        MaskingCheck.WholeBox => "Every image can become any other here, so some wrong image is in reach for sure: the attack does not find it.",
        _ => "These points are not robust, and the gradient attack does not see it. Few of them: it is too weak. Many, or answers alone that break more in all: the gradients are masked, and this is the clearest sign of it.",
    };

    /// <summary>What to do where the rule does not hold.</summary>
    public string Advice => Check switch
    {
        MaskingCheck.Logits => "Let the model end with its last linear layer; attack what comes before the softmax.",
        MaskingCheck.ZeroGradients => "Attack with AttackLoss.LogitRatio, which no scale of the logits saturates; replace the part without a gradient by a smooth one in the backward pass (BPDA); compare with Square.",
        MaskingCheck.LossRises => "Look for rounding, noise and code outside autograd in the forward pass; attack through a smooth replacement (BPDA), or the mean of several answers (Apgd, gradientSamples).",
        MaskingCheck.MoreSteps => "Try other step sizes and Apgd, which sets its own; take the worst over all runs.",
        MaskingCheck.Convergence => "Take more steps, several restarts and KeptIterate.Broken until the number stands still.",
        MaskingCheck.OneStep => "Take smaller steps, restarts and Apgd; quote the worst over all attacks, one-step ones included.",
        MaskingCheck.LargerRadius => "Try other step sizes and Apgd. If nothing falls at all, see whether ε is large enough to matter and the model looks at its images.",
        MaskingCheck.WholeBox => "Do not quote the gradient attack's number. Attack with AttackLoss.LogitRatio, more steps, and Square.",
        _ => "Quote the worst over all attacks, with Square among them, and adapt the gradient attack to the model until it breaks these points too.",
    };
}

/// <summary>A share of points that a check measured.</summary>
/// <param name="What">What was measured, with its budget: "robust accuracy, PGD-20".</param>
/// <param name="Share">The share.</param>
public sealed record MaskingNumber(string What, Proportion Share);
