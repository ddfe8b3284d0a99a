namespace Adr.Experiments;

/// <summary>By what, and on how many test images, a model is judged. Costly attacks meet the first images only; a count
/// of 0 leaves an attack out.</summary>
public sealed record EvaluationPlan
{
    /// <summary>Steps of PGD, which meets every test image, each example keeping its worst iterate. Default 40, the
    /// paper's on MNIST.</summary>
    public int PgdSteps { get; init; } = 40;

    /// <summary>Their size, in [0,1] pixel units. Default 0.01.</summary>
    public double PgdStepSize { get; init; } = 0.01;

    /// <summary>How many images meet multi-targeted PGD on the margin (Gowal et al. 2019), one run for each other
    /// class. Default 0.</summary>
    public int MultiTargetedCount { get; init; }

    /// <summary>Its steps of ε/4: 20 of them, the default, and 2/255 at ε = 8/255 are the authors'.</summary>
    public int MultiTargetedSteps { get; init; } = 20;

    /// <summary>How many images meet Brendel &amp; Bethge's attack. Default 0.</summary>
    public int BrendelBethgeCount { get; init; }

    /// <summary>Its steps. Default 200, those of the recipe that the paper cites.</summary>
    public int BrendelBethgeSteps { get; init; } = 200;

    /// <summary>How many images meet SPSA, which sees answers alone. Default 0.</summary>
    public int SpsaCount { get; init; }

    /// <summary>Its steps. Default 100.</summary>
    public int SpsaSteps { get; init; } = 100;

    /// <summary>Its pairs of questions per step. Default 128.</summary>
    public int SpsaSamples { get; init; } = 128;

    /// <summary>How many images meet Auto-Attack, standard, which is never shortened. Default 0.</summary>
    public int AutoAttackCount { get; init; }

    /// <summary>How many images curves, latents and confusions look at. Default 500.</summary>
    public int DiagnosticsCount { get; init; } = 500;
}
