using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Projected gradient descent on the negative loss, from a random start (Madry et al. 2018, section
/// 2.1).</summary>
/// <remarks>
/// <para>x⁰ = start(x);  xᵗ⁺¹ = P(xᵗ + α · v(∇ loss(xᵗ))), where P is <see cref="ThreatModel.Project"/> and v is
/// <see cref="ThreatModel.AscentDirection"/> (eq. 2). FGSM, BIM and MIM are this loop with other settings.</para>
/// <para>With <see cref="AttackLoss.Margin"/> it is the field's C&amp;W-loss PGD; with
/// <see cref="AttackLoss.KullbackLeibler"/> and <see cref="AttackStart.UnprojectedGaussian"/> it is the inner
/// maximisation of TRADES (<see cref="Trades"/>).</para>
/// </remarks>
public class Pgd : Attack
{
    private double? _fixedStepSize; // null where the step size follows ε

    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1. The authors train with 40 on MNIST and 10 on
    /// CIFAR-10.</param>
    /// <param name="stepSize">α &gt; 0 for images in [0,1] (the authors: 0.01 on MNIST, 2/255 on CIFAR-10), at most the
    /// ball's diameter; null for 2.5 ε/steps.</param>
    /// <param name="restarts">The number of runs, each from its own random start; an example keeps the run with the
    /// largest margin.</param>
    /// <param name="keep">Which iterate an example keeps. By default the last, as in Madry et al.; in an evaluation the
    /// others can only find more.</param>
    /// <param name="loss">What is increased.</param>
    /// <param name="start">Where a run starts.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the start does not suit the restarts or the
    /// loss.</exception>
    public Pgd(
        ThreatModel threat,
        int steps = 40,
        double? stepSize = null,
        int restarts = 1,
        KeptIterate keep = KeptIterate.Last,
        AttackLoss loss = AttackLoss.CrossEntropy,
        AttackStart start = AttackStart.Random)
        : this(NameOf(steps, restarts, loss), threat, steps, stepSize, restarts, keep, loss, start, momentum: 0)
    {
    }

    private protected Pgd(string name, ThreatModel threat, int steps, double? stepSize, int restarts, KeptIterate keep,
        AttackLoss loss, AttackStart start, double momentum)
        : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        Require.Defined(keep);
        Require.Defined(loss);
        Require.Defined(start);
        StepSizes.Check(stepSize, threat);
        Require.That(momentum >= 0 && double.IsFinite(momentum), momentum, "The momentum must be a finite number ≥ 0.");
        if (restarts > 1 && start == AttackStart.None)
            throw new ArgumentException($"{restarts} restarts from the image itself are {restarts} times the same run. "
                + "Choose a random start, or 1 restart.", nameof(restarts));
        if (loss == AttackLoss.KullbackLeibler && start == AttackStart.None)
            throw new ArgumentException("KL(p(x) ‖ p(x')) has gradient 0 at x' = x, so the attack would not move. "
                + "Start at AttackStart.UnprojectedGaussian, as TRADES does.", nameof(start));
        (Steps, _fixedStepSize, Restarts, Keep, Loss, Start, Momentum)
            = (steps, stepSize, restarts, keep, loss, start, momentum);
    }

    /// <summary>The inner maximisation of TRADES: KL(p(x) ‖ p(x')) from x + 0.001 · N(0, I) (Zhang et al. 2019,
    /// algorithm 1, and their code).</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="steps">The number of gradient steps.</param>
    /// <param name="stepSize">α &gt; 0 for images in [0,1]; null for 2.5 ε/steps.</param>
    /// <param name="start">Default: not projected before the first gradient, as in their code.</param>
    public static Pgd Trades(ThreatModel threat, int steps = 10, double? stepSize = null,
        AttackStart start = AttackStart.UnprojectedGaussian) =>
        new(threat, steps, stepSize, loss: AttackLoss.KullbackLeibler, start: start);

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>The step size α, for images in [0,1].</summary>
    public double StepSize => _fixedStepSize ?? DefaultStepSize;

    /// <summary>The number of runs.</summary>
    public int Restarts { get; }

    /// <summary>Which iterate an example keeps.</summary>
    public KeptIterate Keep { get; }

    /// <summary>What is increased.</summary>
    public AttackLoss Loss { get; }

    /// <summary>Where a run starts.</summary>
    public AttackStart Start { get; }

    /// <summary>The momentum μ of MIM; 0 for none.</summary>
    public double Momentum { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => Loss.FallbackFor(classes);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon)
    {
        var scaled = (Pgd)base.ScaledTo(epsilon);
        scaled._fixedStepSize = StepSizes.Scaled(_fixedStepSize, Threat.Epsilon, epsilon);
        return scaled;
    }

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        var clean = Loss == AttackLoss.KullbackLeibler
            ? context.Keep(nn.functional.softmax(context.Forward(context.Images), 1))
            : null;
        for (var run = 0; run < Restarts && context.Count > 0; run++)
        {
            using var scope = context.Run();
            using var x = context.Keep(StartingPoint(context, context.Seeds.Fork(run)));
            Climb(context, x, LossAt, Threat, Steps, StepSize, Momentum, Keep, StartIsFeasible);
            if (Keep == KeptIterate.Last && Restarts == 1) return x.Rows.clone().MoveToOuterDisposeScope();
            if (context.Count > 0) context.Offer(x.Rows, context.Forward(x.Rows), Keep == KeptIterate.EarlyStop);
        }
        return context.Best;

        Tensor LossAt(Tensor logits) => clean is null
            ? AttackLosses.Of(Loss, logits, context.Labels)
            : AttackLosses.KullbackLeibler(logits, clean.Rows);
    }

    /// <summary>The step size where none was given.</summary>
    private protected virtual double DefaultStepSize => 2.5 * Threat.Epsilon / Steps;

    /// <summary>The steps of one run, from x⁰ to its last iterate, which is not offered: its logits are not known
    /// yet.</summary>
    internal static void Climb(AttackContext context, ExampleState x, Func<Tensor, Tensor> loss, ThreatModel threat,
        int steps, double stepSize, double momentum, KeptIterate keep, bool startIsFeasible = true)
    {
        using var velocity = momentum > 0 ? context.Keep(zeros_like(x.Rows)) : null;
        for (var step = 0; step < steps && context.Count > 0; step++)
        {
            using var scope = context.Step();
            var (gradient, _, logits) = context.Gradient(x.Rows, loss);
            if (keep != KeptIterate.Last && (step > 0 || startIsFeasible))
                context.Offer(x.Rows, logits, stopEarly: keep == KeptIterate.EarlyStop);
            var direction = velocity is null ? gradient : Accumulate(velocity.Rows, gradient, momentum);
            x.Set(threat.Project(x.Rows + stepSize * threat.AscentDirection(direction, x.Rows), context.Images));
        }
    }

    // g ← μ g + ∇/‖∇‖₁ (Dong et al. 2018, eq. 6)
    private static Tensor Accumulate(Tensor velocity, Tensor gradient, double momentum)
    {
        var length = gradient.abs().flatten(1).sum(1).clamp_min(1e-30); // 0 where the gradient is
        return velocity.mul_(momentum).add_(gradient / PerExample.Spread(length, gradient));
    }

    private bool StartIsFeasible => Start is not (AttackStart.UnprojectedRandom or AttackStart.UnprojectedGaussian);

    private Tensor StartingPoint(AttackContext context, ExampleSeeds seeds) => Start switch
    {
        AttackStart.Random => Threat.RandomStart(context.Images, seeds),
        AttackStart.UnprojectedRandom => Threat.RandomPoint(context.Images, seeds),
        AttackStart.Gaussian => Threat.Project(Gaussian(context.Images, seeds), context.Images),
        AttackStart.UnprojectedGaussian => Gaussian(context.Images, seeds),
        _ => context.Images,
    };

    private static Tensor Gaussian(Tensor images, ExampleSeeds seeds) =>
        images + 0.001 * seeds.Normal(images.shape, images.device);

    private static string NameOf(int steps, int restarts, AttackLoss loss)
    {
        var kind = loss switch
        {
            AttackLoss.KullbackLeibler => "KL-PGD",
            AttackLoss.Margin => "CW-PGD",
            AttackLoss.Dlr => "DLR-PGD",
            _ => "PGD",
        };
        return restarts > 1 ? $"{kind}-{steps}×{restarts}" : $"{kind}-{steps}";
    }
}

/// <summary>Which of its iterates an iterative attack returns, for each example.</summary>
public enum KeptIterate
{
    /// <summary>The last one, as in Madry et al. 2018; of several runs, that with the largest margin.</summary>
    Last,

    /// <summary>The one with the largest margin: an example that was ever misclassified stays so.</summary>
    Worst,

    /// <summary>As <see cref="Worst"/>, but the attack on an example ends with the first iterate that is clearly
    /// misclassified, by a margin above 1 % of its largest logit. As many examples are misclassified, and an evaluation
    /// costs less the weaker the model is.</summary>
    EarlyStop,
}

/// <summary>Where an attack starts.</summary>
public enum AttackStart
{
    /// <summary>At the image itself.</summary>
    None,

    /// <summary>Uniform in the ball, clipped to the box (<see cref="ThreatModel.RandomStart"/>).</summary>
    Random,

    /// <summary>Uniform in the ball, and in the box only from the first step on: the authors' code starts
    /// so.</summary>
    UnprojectedRandom,

    /// <summary>The image plus 0.001 · N(0, I), projected.</summary>
    Gaussian,

    /// <summary>The image plus 0.001 · N(0, I), projected only from the first step on: the code of TRADES and of MART
    /// starts so. On MNIST, where most pixels are 0 or 1, the first gradient then is one outside the box.</summary>
    UnprojectedGaussian,
}
