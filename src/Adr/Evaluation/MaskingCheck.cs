namespace Adr.Evaluation;

/// <summary>What a model must show before the numbers of a gradient attack on it can be believed (Athalye et al. 2018, section 3.1; Carlini et al. 2019, "On evaluating adversarial robustness", sections 3 and 5).</summary>
public enum MaskingCheck
{
    /// <summary>Answers are logits, not probabilities.</summary>
    Logits,

    /// <summary>Gradients are not exactly zero.</summary>
    ZeroGradients,

    /// <summary>The loss rises along a small step in the gradient's direction.</summary>
    LossRises,

    /// <summary>More steps do not help the defender.</summary>
    MoreSteps,

    /// <summary>The last increase of the steps breaks no more points.</summary>
    Convergence,

    /// <summary>One step does not beat many.</summary>
    OneStep,

    /// <summary>Robust accuracy falls as ε grows.</summary>
    LargerRadius,

    /// <summary>In the whole box nothing stays right.</summary>
    WholeBox,

    /// <summary>Attacks by answers alone break nothing that the gradient attack does not.</summary>
    BlackBox,
}
