namespace Adr.Evaluation;

/// <summary>Why the number that Auto-Attack gives may be too high to believe (the flags of its reference implementation).</summary>
public enum BelievabilityFlag
{
    /// <summary>The model answers the same images differently.</summary>
    Randomised,

    /// <summary>The model answers with probabilities where logits are expected.</summary>
    ProbabilitiesForLogits,

    /// <summary>At some points the gradient of the loss is exactly zero.</summary>
    ZeroGradients,

    /// <summary>The model computes gradients, or changes itself, while it answers.</summary>
    DynamicDefence,

    /// <summary>There are too few classes for a loss, or for the number of targets.</summary>
    TooFewClasses,

    /// <summary>Square, which sees no gradient, broke points that the gradient attacks left.</summary>
    SquareBreaksMore,
}

/// <summary>One reason to doubt a robust accuracy.</summary>
/// <param name="Flag">Which.</param>
/// <param name="What">What was measured, with its numbers.</param>
/// <param name="Advice">What it means, and what to do.</param>
public sealed record BelievabilityWarning(BelievabilityFlag Flag, string What, string Advice)
{
    /// <summary>As a sentence or two.</summary>
    public override string ToString() => $"{What} {Advice}";
}
