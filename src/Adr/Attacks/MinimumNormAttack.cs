using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Searches for the smallest perturbation that makes the model wrong: argmin { ‖x' − x‖ : x' in the box and
/// misclassified }.</summary>
/// <remarks>
/// <see cref="Find(nn.Module{Tensor, Tensor}, Tensor, Tensor, ExampleSeeds, CancellationToken, AttackCost)"/> gives the
/// nearest adversarial images, whatever ε. <c>Run</c> gives those within ε, so that the attack can be used like one
/// with a fixed budget; where the nearest image is further away, that image is projected into the feasible set.
/// </remarks>
public abstract class MinimumNormAttack : Attack
{
    // A candidate at the boundary may be right again where another batch size rounds otherwise: then it is moved a
    // little further, by these shares.
    private static readonly double[] Further = [1.001, 1.1, 2];

    /// <summary>Names the attack and its threat model.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">Norm and box; ε counts for <c>Run</c>, and where a subclass says so.</param>
    protected MinimumNormAttack(string name, ThreatModel threat) : base(name, threat)
    {
    }

    /// <summary>The search itself. It is called with at least one example, the model frozen and autograd off. Its
    /// result is checked afterwards.</summary>
    /// <param name="context">The model and the examples. Some may be misclassified as they are; what is found for these
    /// does not count. <see cref="AttackContext.OfferNearest"/> keeps the nearest candidates.</param>
    /// <returns>[B,C,H,W] in the box: the nearest misclassified candidate of each example, or the clean image where
    /// there was none; usually <see cref="AttackContext.Nearest"/>.</returns>
    public abstract Tensor Search(AttackContext context);

    /// <summary>The nearest adversarial images; each is shown to the model once more at the end.</summary>
    /// <param name="model">Gives logits [B,K]; it is left as it was.</param>
    /// <param name="images">[B,C,H,W], float32 or float64, within the threat model's bounds; B may be 0.</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <param name="seed">Decides the random numbers.</param>
    /// <param name="cancellation">Stops the attack before its next step.</param>
    /// <exception cref="ArgumentException">The images or labels are not as described.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite.</exception>
    public NearestImages Find(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var count = images.dim() == 0 ? 0 : images.shape[0];
        return Find(model, images, labels, ExampleSeeds.Sequence(seed, count), cancellation);
    }

    /// <inheritdoc cref="Find(nn.Module{Tensor, Tensor}, Tensor, Tensor, long, CancellationToken)"/>
    /// <param name="model">Gives logits [B,K]; it is left as it was.</param>
    /// <param name="images">[B,C,H,W], float32 or float64, within the threat model's bounds; B may be 0.</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <param name="seeds">One position per example.</param>
    /// <param name="cancellation">Stops the attack before its next step.</param>
    /// <param name="cost">Adds up the forward and backward passes, if given.</param>
    public NearestImages Find(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, ExampleSeeds seeds,
        CancellationToken cancellation = default, AttackCost? cost = null) =>
        Within(model, images, labels, seeds, cancellation, cost, check: true, context =>
        {
            var nearest = SearchAndCheck(context);
            return new NearestImages(nearest.Images.MoveToOuterDisposeScope(),
                nearest.Distance.MoveToOuterDisposeScope());
        });

    /// <inheritdoc/>
    public sealed override Tensor Perturb(AttackContext context)
    {
        var origin = context.Images.clone();
        var nearest = SearchAndCheck(context);
        var isInside = PerExample.Spread(nearest.Distance.le(Threat.Epsilon), origin);
        return where(isInside, nearest.Images, Threat.Project(nearest.Images, origin));
    }

    private NearestImages SearchAndCheck(AttackContext context)
    {
        var (origin, labels) = (context.Images.clone(), context.Labels.clone());
        if (context.Count == 0)
            return new NearestImages(origin, zeros([0], dtype: origin.dtype, device: origin.device));
        var candidates = context.Marked(Search(context));
        if (!candidates.isfinite().all().item<bool>()) throw NotFinite("a gradient or logits that are");
        var (wrongAtFirst, wrong) = (IsWrong(origin), IsWrong(candidates));
        foreach (var share in Further)
        {
            var lost = wrong.logical_or(wrongAtFirst).logical_not()
                .logical_and(Threat.Distance(candidates, origin).gt(0));
            if (!lost.any().item<bool>()) break;
            var further = (origin + share * (candidates - origin)).clamp(Threat.Bounds.Low, Threat.Bounds.High);
            candidates = where(PerExample.Spread(lost, origin), further, candidates);
            wrong = IsWrong(candidates);
        }
        var found = PerExample.Spread(wrong.logical_and(wrongAtFirst.logical_not()), origin);
        var none = full_like(wrong, double.PositiveInfinity, origin.dtype);
        var distance = where(wrong, Threat.Distance(candidates, origin), none).masked_fill(wrongAtFirst, 0);
        return new NearestImages(where(found, candidates, origin), distance);

        Tensor IsWrong(Tensor images)
        {
            var logits = context.Forward(images);
            if (!logits.isfinite().all().item<bool>()) throw NotFinite("logits that are");
            return AttackLosses.Margin(logits, labels).gt(0);
        }
    }
}

/// <summary>For each example of a batch the nearest adversarial image that was found.</summary>
/// <param name="Images">[B,C,H,W], in the box: misclassified, each checked; the clean image where it is misclassified
/// as it is, or where nothing was found.</param>
/// <param name="Distance">[B]: its distance from the clean image in the attack's norm; 0 where that is misclassified as
/// it is, +∞ where nothing was found.</param>
public sealed record NearestImages(Tensor Images, Tensor Distance);
