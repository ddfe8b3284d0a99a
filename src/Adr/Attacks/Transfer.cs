using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>An attack on another model, the surrogate, whose adversarial images are shown to the model under test
/// (Papernot et al. 2016).</summary>
/// <remarks>It sends the model under test no query. A white-box attack that finds fewer adversarial examples than a
/// transfer is a sign of masked gradients.</remarks>
public sealed class Transfer : Attack
{
    private readonly nn.Module<Tensor, Tensor> _surrogate;

    /// <summary>Sets up the transfer.</summary>
    /// <param name="attack">The attack on the surrogate.</param>
    /// <param name="surrogate">The other model, with the same images and classes; it is left as it was.</param>
    /// <param name="surrogateName">Its name in tables.</param>
    public Transfer(Attack attack, nn.Module<Tensor, Tensor> surrogate, string surrogateName)
        : base(NameOf(attack, surrogateName), attack.Threat)
    {
        ArgumentNullException.ThrowIfNull(surrogate);
        (Attack, _surrogate, SurrogateName) = (attack, surrogate, surrogateName);
    }

    /// <summary>The attack on the surrogate.</summary>
    public Attack Attack { get; }

    /// <summary>The surrogate's name in tables.</summary>
    public string SurrogateName { get; }

    /// <summary>A fingerprint of the surrogate's weights.</summary>
    public string SurrogateWeights => Evaluation.Fingerprint.Of(_surrogate)[..8];

    /// <inheritdoc/>
    public override int Steps => Attack.Steps;

    /// <inheritdoc/>
    /// <remarks>Of the model under test.</remarks>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => Attack.FallbackFor(classes);

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) =>
        new Transfer(Attack.WithThreat(threat), _surrogate, SurrogateName);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) =>
        new Transfer(Attack.ScaledTo(epsilon), _surrogate, SurrogateName);

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context) =>
        Attack.Run(_surrogate, context.Images, context.Labels, context.Seeds, context.Cancellation, context.Cost);

    private static string NameOf(Attack attack, string surrogateName)
    {
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentException.ThrowIfNullOrWhiteSpace(surrogateName);
        return $"{attack.Name} from {surrogateName}";
    }
}
