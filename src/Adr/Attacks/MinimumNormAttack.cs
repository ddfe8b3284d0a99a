using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Looks for the smallest perturbation that the model gets wrong: argmin { ‖x' − x‖ : x' in the box and misclassified }.</summary>
/// <remarks>
/// <see cref="Find"/> gives the nearest adversarial images, whatever ε. <see cref="Attack.Perturb"/> gives those within ε, so that it can stand
/// where a fixed-budget attack does; of a point whose nearest one is further away, it gives that one projected into the feasible set.
/// </remarks>
public abstract class MinimumNormAttack : Attack
{
    // A candidate at the boundary may be right again where another batch size rounds otherwise: then it is moved a little further, by these shares.
    private static readonly double[] Further = [1.001, 1.1, 2];

    /// <summary>Names the attack and its threat model.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">Norm and box; ε counts for <see cref="Attack.Perturb"/>, and where a subclass says so.</param>
    protected MinimumNormAttack(string name, ThreatModel threat) : base(name, threat)
    {
    }

    /// <summary>The nearest adversarial images, each shown to the model once more at the end.</summary>
    /// <param name="model">Gives logits [B,K]; left as it was.</param>
    /// <param name="images">[B,C,H,W], floating point, within the threat model's bounds; B may be 0.</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <param name="cost">Adds up the model evaluations, if given.</param>
    /// <exception cref="ArgumentException">The images, labels or seeds are not as described.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite.</exception>
    public NearestPoints Find(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, PointSeeds seeds, CancellationToken cancellation = default, AttackCost? cost = null) =>
        Hold(model, images, labels, seeds, ScalarType.Float32, cancellation, (still, origin, stop) =>
        {
            var nearest = Nearest(still, origin, labels, seeds, cost ?? new AttackCost(), stop);
            return new NearestPoints(nearest.Images.MoveToOuterDisposeScope(), nearest.Distance.MoveToOuterDisposeScope());
        });

    // its candidates lie at the boundary, where bfloat16's rounding decides
    private protected sealed override bool NeedsFloat32 => true;

    /// <inheritdoc/>
    protected internal sealed override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var nearest = Nearest(model, origin, labels, seeds, cost, cancellation);
        var inside = PerPoint.Spread(nearest.Distance.le(Threat.Epsilon), origin);
        return where(inside, nearest.Images, Threat.Project(nearest.Images, origin));
    }

    /// <summary>The search itself. Called with at least one point, the model still and autograd off. What it gives is checked afterwards.</summary>
    /// <param name="model">The model.</param>
    /// <param name="origin">[B,C,H,W], detached. Some may be misclassified as they are: these count whatever is found.</param>
    /// <param name="labels">[B].</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="cost">To be counted on.</param>
    /// <param name="cancellation">To be checked before each step.</param>
    /// <returns>[B,C,H,W] in the box: the nearest misclassified candidate of each point, or the clean image where there was none; NaN after a gradient that was not finite.</returns>
    protected internal abstract Tensor Search(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation);

    private NearestPoints Nearest(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        if (origin.shape[0] == 0) return new NearestPoints(origin.clone(), zeros([0], dtype: origin.dtype, device: origin.device));
        var candidates = Search(model, origin, labels, seeds, cost, cancellation);
        if (!candidates.isfinite().all().item<bool>())
            throw new InvalidOperationException($"{Name} met a gradient or logits that are not finite. Check that the model's weights and logits are finite on these images.");
        var (wrongAtFirst, wrong) = (IsWrong(origin), IsWrong(candidates));
        foreach (var share in Further)
        {
            var lost = wrong.logical_or(wrongAtFirst).logical_not().logical_and(Threat.Distance(candidates, origin).gt(0));
            if (!lost.any().item<bool>()) break;
            var further = (origin + share * (candidates - origin)).clamp(Threat.Bounds.Low, Threat.Bounds.High);
            candidates = where(PerPoint.Spread(lost, origin), further, candidates);
            wrong = IsWrong(candidates);
        }
        var distance = where(wrong, Threat.Distance(candidates, origin), full_like(wrong, double.PositiveInfinity, origin.dtype));
        return new NearestPoints(
            where(PerPoint.Spread(wrong.logical_and(wrongAtFirst.logical_not()), origin), candidates, origin),
            distance.masked_fill(wrongAtFirst, 0));

        Tensor IsWrong(Tensor images)
        {
            var logits = cost.Ask(model, images);
            if (!logits.isfinite().all().item<bool>())
                throw new InvalidOperationException($"{Name} met logits that are not finite. Check that the model's weights are finite.");
            return PointMargins.Margins(logits, labels).gt(0);
        }
    }
}
