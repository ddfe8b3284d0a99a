namespace Adr.Attacks;

/// <summary>What an attack increases, for each point.</summary>
public enum AttackLoss
{
    /// <summary>CE(logits', y), as in PGD (Madry et al. 2018).</summary>
    CrossEntropy,

    /// <summary>KL(p(x) ‖ p(x')), the inner maximisation of TRADES (Zhang et al. 2019, eq. 5). Needs no label, but a start away from x: at x its gradient is 0.</summary>
    KullbackLeibler,

    /// <summary>max over k ≠ y of logits'_k, minus logits'_y (Carlini and Wagner 2017): positive when x' is misclassified.</summary>
    Margin,

    /// <summary>DLR, the difference-of-logits ratio: the margin over z₍₁₎ − z₍₃₎, the largest less the third largest logit (Croce and Hein 2020, eq. 6).
    /// It does not change when the logits are scaled or shifted. With 2 classes, where it has no meaning, the margin itself.</summary>
    LogitRatio,
}

/// <summary>What a loss becomes where it has no meaning.</summary>
internal static class AttackLosses
{
    /// <summary>What is increased otherwise because a model has few classes; null where the loss is what its name says.</summary>
    internal static string? FallbackFor(this AttackLoss loss, int classes) => loss == AttackLoss.LogitRatio && classes < 3
        ? $"DLR needs 3 classes, but there are {classes}: the margin was increased instead."
        : null;
}

/// <summary>Where an attack starts.</summary>
public enum AttackStart
{
    /// <summary>At the image itself.</summary>
    None,

    /// <summary>Uniform in the ball, clipped to the box (<see cref="ThreatModel.RandomStart"/>).</summary>
    Random,

    /// <summary>The image plus 0.001 · N(0, I), as TRADES does.</summary>
    Gaussian,
}
