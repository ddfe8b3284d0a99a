using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>An attack on another model, the surrogate, whose adversarial images are shown to the model under test
/// (Papernot et al. 2016).</summary>
/// <remarks>It sends the model under test no query. A white-box attack that finds fewer adversarial examples than a
/// transfer is a sign of masked gradients.</remarks>
public sealed class Transfer : Attack
{
    private readonly Attack _attack;
    private readonly nn.Module<Tensor, Tensor> _surrogate;
    private readonly string _surrogateName;

    /// <summary>Sets up the transfer.</summary>
    /// <param name="attack">The attack on the surrogate.</param>
    /// <param name="surrogate">The other model, with the same images and classes; it is left as it was.</param>
    /// <param name="surrogateName">Its name in tables.</param>
    public Transfer(Attack attack, nn.Module<Tensor, Tensor> surrogate, string surrogateName)
        : base(NameOf(attack, surrogateName), attack.Threat)
    {
        ArgumentNullException.ThrowIfNull(surrogate);
        (_attack, _surrogate, _surrogateName) = (attack, surrogate, surrogateName);
    }

    /// <inheritdoc/>
    public override int Steps => _attack.Steps;

    /// <inheritdoc/>
    /// <remarks>Of the model under test.</remarks>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => _attack.FallbackFor(classes);

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) =>
        new Transfer(_attack.WithThreat(threat), _surrogate, _surrogateName);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) =>
        new Transfer(_attack.ScaledTo(epsilon), _surrogate, _surrogateName);

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context) =>
        _attack.Run(_surrogate, context.Images, context.Labels, context.Seeds, context.Cancellation, context.Cost);

    private static string NameOf(Attack attack, string surrogateName)
    {
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentException.ThrowIfNullOrWhiteSpace(surrogateName);
        return $"{attack.Name} from {surrogateName}";
    }
}
