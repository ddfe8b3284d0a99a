namespace Adr.Experiments;

/// <summary>The attacks that evaluate a model, and on how many test images. Costly attacks run on the first images
/// only; a count of 0 leaves an attack out.</summary>
public sealed record EvaluationPlan
{
    /// <summary>Steps of PGD, which runs on every test image and stops where an iterate is misclassified
    /// (<see cref="Attacks.KeptIterate.EarlyStop"/>). Default 40, the authors' on MNIST.</summary>
    public int PgdSteps { get; init; } = 40;

    /// <summary>Their size, for images in [0,1]. Default 0.01.</summary>
    public double PgdStepSize { get; init; } = 0.01;

    /// <summary>On how many images multi-targeted PGD on the margin runs (Gowal et al. 2019), once for each other
    /// class. Default 0.</summary>
    public int MultiTargetedCount { get; init; }

    /// <summary>Its steps of ε/4: 20 of them, the default, and 2/255 at ε = 8/255 are the authors'.</summary>
    public int MultiTargetedSteps { get; init; } = 20;

    /// <summary>On how many images Brendel &amp; Bethge's attack runs. Default 0.</summary>
    public int BrendelBethgeCount { get; init; }

    /// <summary>Its steps. Default 200, as in the authors' evaluation.</summary>
    public int BrendelBethgeSteps { get; init; } = 200;

    /// <summary>On how many images SPSA runs, which is score-based. Default 0.</summary>
    public int SpsaCount { get; init; }

    /// <summary>Its steps. Default 100.</summary>
    public int SpsaSteps { get; init; } = 100;

    /// <summary>Its pairs of queries per step. Default 128.</summary>
    public int SpsaSamples { get; init; } = 128;

    /// <summary>On how many images the standard Auto-Attack runs, which is never shortened. Default 0.</summary>
    public int AutoAttackCount { get; init; }

    /// <summary>On how many images curves, latents and confusions are computed. Default 500.</summary>
    public int DiagnosticsCount { get; init; } = 500;
}
