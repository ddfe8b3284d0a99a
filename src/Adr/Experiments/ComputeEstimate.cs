using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using Adr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Experiments;

/// <summary>What a run of an experiment costs, before it runs.</summary>
/// <remarks>
/// Two operations, a product and a sum, are counted for each weight of a convolution or a fully connected layer and
/// each place where it acts; what other layers do is left out. A backward pass counts as much as the forward pass for
/// the gradient with respect to the input, and as much again for the gradient with respect to the weights.
/// </remarks>
/// <param name="Training">Floating-point operations of all epochs, those on the images held out included.</param>
/// <param name="Evaluation">Floating-point operations of every attack of the plan, if each spent its whole budget on
/// every example. Most stop earlier where an example is misclassified. The looks at what a run ends with are left
/// out.</param>
/// <param name="Memory">Bytes of weights, gradients, the optimiser's state and the layers' outputs in a training step.
/// What libtorch itself and the libraries below need comes on top.</param>
public sealed record ComputeEstimate(double Training, double Evaluation, double Memory)
{
    private const int BytesPerNumber = 4;

    /// <summary>Hours at a speed.</summary>
    /// <param name="teraflops">10¹² floating-point operations a second that the machine sustains on this work, above
    /// 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The speed is no finite number above 0.</exception>
    public double Hours(double teraflops)
    {
        Require.That(teraflops > 0 && double.IsFinite(teraflops), teraflops, "A speed must be a finite number > 0.");
        return (Training + Evaluation) / (teraflops * 1e12) / 3600;
    }

    /// <summary>Counts. The data are not loaded where the data set and the network are the library's.</summary>
    /// <param name="experiment">The settings.</param>
    /// <param name="defence">A name that <see cref="Experiment.Defence(string)"/> knows.</param>
    /// <exception cref="ArgumentException">No defence has this name, or the settings cannot work.</exception>
    public static ComputeEstimate Of(Experiment experiment, string defence)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        NativeTorch.Load();
        var (classes, trained) = (experiment.DataSet.Classes(), experiment.Defence(defence));
        var network = NetworkCost.Of(experiment, classes);
        var step = Passes.OfStep(trained, network.Shape, classes);
        var ofTraining = (step.Forward + step.ToInput + step.ToWeights) * trained.Replays * experiment.TrainCount;
        var ofHeldOut = 2.0 * (1 + experiment.Options().ValidationSteps) * experiment.ValidationCount;
        return new ComputeEstimate(
            network.Forward * (ofTraining + ofHeldOut) * experiment.Epochs,
            network.Forward * EvaluationPasses(experiment, classes),
            BytesPerNumber * (network.Weights * (2 + StatesOf(experiment.Optimizer))
                + network.Outputs * step.Kept * experiment.BatchSize));
    }

    // forward and backward passes of one example each, over all attacks and examples
    private static double EvaluationPasses(Experiment experiment, int classes)
    {
        var onAll = experiment.EvaluationAttacks().Sum(attack => MostPasses(attack, classes)) * experiment.TestCount;
        var costly = experiment.CostlyAttacks().Sum(one => MostPasses(one.Attack, classes) * one.Count);
        var auto = MostPasses(new AutoAttack(experiment.Threat), classes) * experiment.Evaluation.AutoAttackCount;
        return experiment.TestCount + onAll + costly + auto;
    }

    // of one example, to its last step; a gradient is a forward and a backward pass
    private static double MostPasses(Attack attack, int classes) => attack switch
    {
        AutoAttack auto => auto.Attacks.Sum(one => MostPasses(one, classes)),
        MultiTargetedPgd targeted => 2.0 * targeted.Steps * targeted.Restarts * (classes - 1),
        AutoPgdAttack apgd => 2.0 * apgd.Steps * apgd.Restarts * apgd.GradientSamples
            * (apgd is ApgdTargeted targeted ? Math.Min(targeted.Targets, classes - 1) : 1),
        FabTargeted fab => 3.0 * fab.Steps * fab.Restarts * Math.Min(fab.Targets, classes - 1),
        Fab fab => (2.0 + classes - 1) * fab.Steps * fab.Restarts,
        DeepFool fool => (2.0 + Math.Min(fool.Candidates, classes)) * fool.Steps,
        CarliniWagner carlini => 2.0 * carlini.Steps * carlini.Searches,
        BrendelBethge walk => walk.Directions + Math.Max(walk.BlendSteps, AdversarialStart.MostClimbPasses)
            + 2.0 * walk.Steps + walk.BinarySearchSteps,
        Pgd pgd => 2.0 * pgd.Steps * pgd.Restarts,
        EstimatedGradientAttack estimated => 2.0 * estimated.Steps * estimated.Samples,
        Square square => (double)square.Steps * square.Restarts,
        _ => (attack.NeedsGradient ? 2.0 : 1) * attack.Steps,
    };

    private static int StatesOf(OptimizerSettings optimizer) => optimizer switch
    {
        SgdSettings { Momentum: 0 } => 0,
        SgdSettings => 1,
        _ => 2,
    };

    /// <summary>What one forward pass of one image costs in a network.</summary>
    private sealed record NetworkCost(long[] Shape, double Forward, double Weights, double Outputs)
    {
        internal static NetworkCost Of(Experiment experiment, int classes)
        {
            using var scope = NewDisposeScope();
            using var noGraph = no_grad();
            using var model = experiment.Network.Create(classes, experiment.Seed, experiment.Dropout);
            var shape = (model as Classifier)?.InputShape ?? ShapeOf(experiment.DataSet);
            var (operations, outputs) = (0.0, 0.0);
            foreach (var layer in model.modules())
            {
                switch (layer)
                {
                    case Conv2d map: map.register_forward_hook((_, _, y) => Seen(y, map)); break;
                    case Linear map: map.register_forward_hook((_, _, y) => Seen(y, map)); break;
                    case BatchNorm2d norm: norm.register_forward_hook((_, _, y) => Seen(y, null)); break;
                }
            }
            model.eval();
            model.to(ScalarType.Float64); // the library's own convolutions, which no hook sees, are in single precision
            model.call(zeros([1, .. shape], ScalarType.Float64));
            return new NetworkCost(shape, operations, model.parameters().Sum(weight => weight.numel()), outputs);

            Tensor Seen(Tensor y, nn.Module? layer)
            {
                outputs += y.numel();
                if (layer?.parameters().FirstOrDefault() is { } weight)
                    operations += 2.0 * weight.numel() / weight.shape[0] * y.numel();
                return y;
            }
        }

        private static long[] ShapeOf(DataSource data)
        {
            var (train, test) = data.Load();
            using (train)
            using (test)
                return train.ImageShape;
        }
    }

    /// <summary>The passes of one example in a training step.</summary>
    /// <param name="Forward">Forward passes.</param>
    /// <param name="ToInput">Gradients through the layers.</param>
    /// <param name="ToWeights">Gradients of the weights.</param>
    /// <param name="Kept">Passes whose layers' outputs are kept at once.</param>
    private sealed record Passes(double Forward, double ToInput, double ToWeights, double Kept)
    {
        // how often a network is asked does not depend on the network, so a small one is asked
        internal static Passes OfStep(Defence defence, long[] shape, int classes)
        {
            const int examples = 2;
            using var scope = NewDisposeScope();
            using var model = new Counter(shape, classes);
            using var perturbation = new PersistentPerturbation();
            model.train();
            var batch = new Batch(full([examples, .. shape], 0.5f), arange(examples), [0, 1]);
            var inner = new InnerAttack(defence.Attack?.Threat.Epsilon ?? 0, new ExampleSeeds(1, batch.Indices),
                default, int.MaxValue, perturbation);
            (string, Parameter)[] parameters = [.. model.named_parameters()];
            defence.Differentiate(model, batch, inner, parameters);
            // AWP takes the gradient twice, one after the other
            var atOnce = defence is AdversarialWeightPerturbation ? model.Trained / 2 : model.Trained;
            return new Passes(model.Forward / examples, (model.Frozen + model.Trained) / examples,
                model.Trained / examples, atOnce / examples);
        }
    }

    private sealed class Counter : nn.Module<Tensor, Tensor>, ILatentModel
    {
        private readonly Linear last;

        internal Counter(long[] shape, int classes) : base("counter")
        {
            last = nn.Linear(shape.Aggregate((product, size) => product * size), classes);
            RegisterComponents();
        }

        internal double Forward { get; private set; }

        /// <summary>Passes whose gradient is taken with respect to the images alone.</summary>
        internal double Frozen { get; private set; }

        /// <summary>Passes whose gradient is taken with respect to the weights, too.</summary>
        internal double Trained { get; private set; }

        public override Tensor forward(Tensor images) => Represent(images).Logits;

        public (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var count = images.shape[0];
            Forward += count;
            if (is_grad_enabled() && last.weight!.requires_grad) Trained += count;
            else if (is_grad_enabled() && images.requires_grad) Frozen += count;
            var latent = images.flatten(1);
            return (latent, last.call(latent));
        }
    }
}
