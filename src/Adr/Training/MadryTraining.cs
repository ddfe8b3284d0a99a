using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Adversarial training on CE(x') alone (Madry et al. 2018, eq. 2.1): the model is never shown x.</summary>
public sealed record MadryTraining : Defence
{
    private MadryTraining(string name, Attack attack) => (Name, Attack) = (name, attack);

    /// <summary>Trains against an attack; its name is "Madry".</summary>
    /// <param name="attack">Finds x', commonly <see cref="Pgd"/>.</param>
    public MadryTraining(Attack attack) : this("Madry", attack) => ArgumentNullException.ThrowIfNull(attack);

    /// <summary>FGSM-RS, "fast is better than free" (Wong, Rice and Kolter 2020, algorithm 3): one step of 1.25 ε from a uniform start, clipped.</summary>
    /// <remarks>May overfit to its one step within an epoch, and then falls under every longer attack: hold points out, so that an epoch before that is kept.
    /// The source trains with a cyclic learning rate, for 15 epochs on CIFAR-10 (ε = 8/255, rate up to 0.2) and 10 on MNIST (ε = 0.3, Adam).</remarks>
    /// <param name="threat">The norm and the radius.</param>
    /// <param name="relativeStep">The step in radii, above 0. Default 1.25.</param>
    public static MadryTraining Fast(ThreatModel threat, double relativeStep = 1.25)
    {
        ArgumentNullException.ThrowIfNull(threat);
        if (!(relativeStep > 0 && double.IsFinite(relativeStep))) throw new ArgumentOutOfRangeException(nameof(relativeStep), relativeStep, "The step must be a finite number of radii > 0.");
        return new("FGSM-RS", new Pgd(threat, 1, relativeStep * threat.Epsilon));
    }

    /// <summary>"Madry", or "FGSM-RS".</summary>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Attack Attack { get; }

    /// <inheritdoc/>
    public override BatchLoss Assess(Classifier model, Batch batch, Tensor? adversarial)
    {
        var (latent, logits) = model.Represent(adversarial!); // z' [B,D], logits [B,K]
        var loss = Loss.CrossEntropy(logits, batch.Labels);
        return new BatchLoss(loss, new Dictionary<string, Tensor> { ["AdversarialCrossEntropy"] = loss }, null, logits, latent, latent);
    }
}
