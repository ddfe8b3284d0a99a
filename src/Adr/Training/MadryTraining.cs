using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Adversarial training on CE(x') alone (Madry et al. 2018, eq. 2.1): the loss does not use x.</summary>
public sealed record MadryTraining : Defence
{
    private MadryTraining(string name, Attack attack) : base(attack) => Name = name;

    /// <summary>Trains on the adversarial examples of an attack; the name is "Madry".</summary>
    /// <param name="attack">Finds x', commonly <see cref="Pgd"/>.</param>
    public MadryTraining(Attack attack) : this("Madry", attack) => ArgumentNullException.ThrowIfNull(attack);

    /// <summary>FGSM-RS, "fast is better than free" (Wong, Rice and Kolter 2020, algorithm 3): one step of 1.25 ε from
    /// a uniform start.</summary>
    /// <remarks>It may overfit to its single step within an epoch; longer attacks then succeed on almost every example.
    /// Hold examples out, so that an epoch before that is kept. As in the source, the step's gradient is taken in
    /// training mode. The source trains with a cyclic learning rate: on CIFAR-10 for 15 epochs (ε = 8/255, SGD up to
    /// 0.2, peak after half of the steps), on MNIST for 10 (ε = 0.3, Adam, peak after 2/5), where it also starts at a
    /// point that is not clipped to the box (<see cref="AttackStart.UnprojectedRandom"/>).</remarks>
    /// <param name="threat">The norm and the radius.</param>
    /// <param name="relativeStep">The step in radii, above 0. Default 1.25.</param>
    /// <param name="start">Where the step starts. Default: uniform in the ball, clipped to the box, as on
    /// CIFAR-10.</param>
    public static MadryTraining Fast(
        ThreatModel threat, double relativeStep = 1.25, AttackStart start = AttackStart.Random)
    {
        ArgumentNullException.ThrowIfNull(threat);
        return new("FGSM-RS", new Pgd(threat, 1, Positive(relativeStep) * threat.Epsilon, start: start))
        {
            AttackInTrainingMode = true,
        };
    }

    /// <summary>"Madry", or "FGSM-RS".</summary>
    public override string Name { get; }

    /// <inheritdoc/>
    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
    {
        var perturbed = Predict(model, adversarial!);
        return Sum(batch, null, perturbed,
            ("AdversarialCrossEntropy", Loss.CrossEntropy(perturbed.Logits, batch.Labels)));
    }
}
