using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The walk along the decision boundary, from misclassified starts (Brendel et al. 2019, section 3).</summary>
/// <remarks>
/// In step k the margin m and its gradient say where the boundary is; b is the gradient averaged over the steps. The step d with b·d = c
/// (<see cref="TrustRegionStep"/>) leads to a margin of (overshoot − 1)·|m|, just beyond the boundary: c = (overshoot − 1)·|m| − m.
/// Points are solved in parallel, each for itself.
/// </remarks>
internal sealed class BoundaryWalk
{
    private const double LeastAim = 2; // of the least margin that counts: so that a straight boundary does not leave it to rounding

    private readonly BrendelBethge _attack;
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly Tensor _origin; // [b,C,H,W]
    private readonly Tensor _labels; // [b]
    private readonly AttackCost _cost;
    private readonly int _points;
    private readonly int _size;
    private readonly double[] _clean;    // [b·n]: the clean images
    private readonly double[] _best;     // [b·n]: the nearest misclassified points so far
    private readonly double[] _distance; // [b]: theirs
    private readonly double[] _normal;   // [b·n]: the averaged gradients

    /// <summary>A walk that has not begun.</summary>
    /// <param name="attack">How it runs.</param>
    /// <param name="model">The model.</param>
    /// <param name="origin">[b,C,H,W].</param>
    /// <param name="labels">[b].</param>
    /// <param name="cost">To be counted on.</param>
    internal BoundaryWalk(BrendelBethge attack, nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, AttackCost cost)
    {
        (_attack, _model, _origin, _labels, _cost) = (attack, model, origin, labels, cost);
        (_points, _size, _clean) = ((int)origin.shape[0], (int)PerPoint.Coordinates(origin), PerPoint.Numbers(origin));
        (_best, _normal) = (new double[_clean.Length], new double[_clean.Length]);
        _distance = new double[_points];
        Array.Fill(_distance, double.PositiveInfinity);
    }

    /// <summary>Walks.</summary>
    /// <param name="starts">[b,C,H,W], in the box and misclassified.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <returns>The nearest misclassified points that were met [b,C,H,W].</returns>
    internal Tensor From(Tensor starts, CancellationToken cancellation)
    {
        using var outer = NewDisposeScope();
        var objective = new PointObjective(_model, PointLoss.Margin(_labels), _cost);
        PerPoint.Numbers(starts).CopyTo(_best, 0);
        for (var point = 0; point < _points; point++) _distance[point] = Distance(_best, point);
        using var x = new PointState(ToBoundary(starts, objective, cancellation));
        var rate = _attack.LearningRate;
        var interval = Math.Max(1, _attack.Steps / _attack.Decays);
        for (var step = 1; step <= _attack.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var ascent = objective.Ascend(x.Rows);
            var (here, verdicts) = (PerPoint.Numbers(x.Rows), Verdicts.Of(ascent.Logits, _labels, _attack.Name));
            Record(here, verdicts);
            Average(PerPoint.Numbers(ascent.Gradient), step == 1 ? 0 : _attack.Momentum);
            if ((step + 1) % interval == 0) rate *= _attack.Decay;
            Move(here, verdicts, rate * _size * _attack.Threat.Bounds.Range);
            x.Set(ToImages(here));
        }
        Record(PerPoint.Numbers(x.Rows), Verdicts.Of(objective.Logits(x.Rows), _labels, _attack.Name));
        return ToImages(_best).MoveToOuterDisposeScope();
    }

    // halves the way from the image to the start; gives the last place that is misclassified
    private Tensor ToBoundary(Tensor starts, PointObjective objective, CancellationToken cancellation)
    {
        var (low, high) = (new double[_points], Enumerable.Repeat(1.0, _points).ToArray());
        for (var step = 0; step < _attack.BinarySearchSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            double[] middle = [.. low.Zip(high, (a, b) => (a + b) / 2)];
            var verdicts = Verdicts.Of(objective.Logits(Between(starts, middle)), _labels, _attack.Name);
            for (var point = 0; point < _points; point++) (verdicts.IsWrong(point) ? high : low)[point] = middle[point];
        }
        return Between(starts, high);
    }

    // at a share of the way: under L2 on the line, under L∞ with every coordinate's change limited to that share of the box; exactly the start at 1
    private Tensor Between(Tensor starts, double[] shares)
    {
        using var scope = NewDisposeScope();
        var (share, bounds) = (PerPoint.Spread(tensor(shares, device: _origin.device).to(_origin.dtype), _origin), _attack.Threat.Bounds);
        var between = _attack.Threat.Norm == Norm.L2
            ? share * starts + (1 - share) * _origin
            : maximum(minimum(starts, _origin + share * bounds.Range), _origin - share * bounds.Range);
        return between.clamp(bounds.Low, bounds.High).MoveToOuterDisposeScope();
    }

    private void Record(double[] here, Verdicts verdicts)
    {
        for (var point = 0; point < _points; point++)
        {
            if (!verdicts.IsWrong(point) || !(Distance(here, point) is var distance && distance < _distance[point])) continue;
            _distance[point] = distance;
            Row(here, point).CopyTo(Row(_best, point));
        }
    }

    private void Average(double[] gradient, double momentum)
    {
        var finite = 0.0; // NaN after a number that is not
        for (var i = 0; i < gradient.Length; i++)
        {
            finite += 0 * gradient[i];
            _normal[i] = (1 - momentum) * gradient[i] + momentum * _normal[i];
        }
        if (double.IsNaN(finite)) throw new InvalidOperationException($"{_attack.Name} met a gradient that is not finite. Check that the model's weights and logits are finite.");
    }

    // here ← the next points, in the box exactly
    private void Move(double[] here, Verdicts verdicts, double radius)
    {
        var (norm, bounds) = (_attack.Threat.Norm, _attack.Threat.Bounds);
        Parallel.For(0, _points, () => TrustRegionStep.Of(norm, _size, bounds), (point, _, solver) =>
        {
            var row = Row(here, point);
            var margin = verdicts.Margin[point];
            var aim = Math.Max((_attack.Overshoot - 1) * Math.Abs(margin), LeastAim * verdicts.Least[point]);
            var step = solver.Solve(Row(_clean, point), row, Row(_normal, point), aim - margin, radius);
            for (var i = 0; i < row.Length; i++) row[i] = Math.Clamp(row[i] + step[i], bounds.Low, bounds.High);
            return solver;
        }, _ => { });
    }

    private double Distance(double[] images, int point)
    {
        var image = Row(images, point);
        var clean = Row(_clean, point);
        var (largest, squares) = (0.0, 0.0);
        for (var i = 0; i < image.Length; i++)
        {
            var delta = image[i] - clean[i];
            largest = Math.Max(largest, Math.Abs(delta));
            squares += delta * delta;
        }
        return _attack.Threat.Norm == Norm.Linf ? largest : Math.Sqrt(squares);
    }

    private Span<double> Row(double[] rows, int point) => rows.AsSpan(point * _size, _size);

    private Tensor ToImages(double[] rows) => tensor(rows, _origin.shape, device: _origin.device).to(_origin.dtype);
}
