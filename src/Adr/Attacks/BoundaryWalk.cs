using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The walk along the decision boundary, from misclassified starts (Brendel et al. 2019, section 3).</summary>
/// <remarks>
/// In step k the margin m and its gradient say where the boundary is; b is the gradient averaged over the steps. The
/// step d with b·d = c (<see cref="TrustRegionStep"/>) leads to a margin of (overshoot − 1)·|m|, just beyond the
/// boundary: c = (overshoot − 1)·|m| − m. Examples are solved in parallel, each for itself.
/// </remarks>
internal sealed class BoundaryWalk
{
    // of the least margin that counts: so that a straight boundary does not leave it to rounding
    private const double LeastAim = 2;

    private readonly BrendelBethge _attack;
    private readonly AttackContext _context;
    private readonly Tensor _origin; // [b,C,H,W]
    private readonly Tensor _labels; // [b]
    private readonly int _count;
    private readonly int _size;
    private readonly double[] _clean;    // [b·n]: the clean images
    private readonly double[] _best;     // [b·n]: the nearest misclassified examples so far
    private readonly double[] _distance; // [b]: theirs
    private readonly double[] _normal;   // [b·n]: the averaged gradients

    /// <summary>A walk that has not begun.</summary>
    /// <param name="attack">How it runs.</param>
    /// <param name="context">The model.</param>
    /// <param name="origin">[b,C,H,W].</param>
    /// <param name="labels">[b].</param>
    internal BoundaryWalk(BrendelBethge attack, AttackContext context, Tensor origin, Tensor labels)
    {
        (_attack, _context, _origin, _labels) = (attack, context, origin, labels);
        (_count, _size) = ((int)origin.shape[0], (int)PerExample.Coordinates(origin));
        _clean = PerExample.Numbers(origin);
        (_best, _normal) = (new double[_clean.Length], new double[_clean.Length]);
        _distance = new double[_count];
        Array.Fill(_distance, double.PositiveInfinity);
    }

    /// <summary>Walks.</summary>
    /// <param name="starts">[b,C,H,W], in the box and misclassified.</param>
    /// <returns>The nearest misclassified examples that were seen [b,C,H,W].</returns>
    internal Tensor From(Tensor starts)
    {
        using var outer = NewDisposeScope();
        PerExample.Numbers(starts).CopyTo(_best, 0);
        for (var i = 0; i < _count; i++) _distance[i] = Distance(_best, i);
        using var x = _context.Keep(ToBoundary(starts));
        var rate = _attack.LearningRate;
        var interval = Math.Max(1, _attack.Steps / _attack.Decays);
        for (var step = 1; step <= _attack.Steps; step++)
        {
            using var scope = _context.Step();
            var ascent = _context.Gradient(x.Rows, logits => AttackLosses.Margin(logits, _labels));
            var (here, margins) = (PerExample.Numbers(x.Rows), MarginNumbers.Of(ascent.Logits, _labels, _attack.Name));
            Record(here, margins);
            Average(PerExample.Numbers(ascent.Gradient), step == 1 ? 0 : _attack.Momentum);
            if ((step + 1) % interval == 0) rate *= _attack.Decay;
            Move(here, margins, rate * _size * _attack.Threat.Bounds.Range);
            x.Set(ToImages(here));
        }
        Record(PerExample.Numbers(x.Rows), MarginNumbers.Of(_context.Forward(x.Rows), _labels, _attack.Name));
        return ToImages(_best).MoveToOuterDisposeScope();
    }

    // halves the way from the image to the start; gives the last place that is misclassified
    private Tensor ToBoundary(Tensor starts)
    {
        var (low, high) = (new double[_count], Enumerable.Repeat(1.0, _count).ToArray());
        for (var step = 0; step < _attack.BinarySearchSteps; step++)
        {
            using var scope = _context.Step();
            double[] middle = [.. low.Zip(high, (a, b) => (a + b) / 2)];
            var margins = MarginNumbers.Of(_context.Forward(Between(starts, middle)), _labels, _attack.Name);
            for (var i = 0; i < _count; i++) (margins.IsWrong(i) ? high : low)[i] = middle[i];
        }
        return Between(starts, high);
    }

    // at a share of the way: under L2 on the line, under L∞ with every coordinate's change limited to that share of the
    // box; exactly the start at 1
    private Tensor Between(Tensor starts, double[] shares)
    {
        using var scope = NewDisposeScope();
        var share = PerExample.Spread(tensor(shares, device: _origin.device).to(_origin.dtype), _origin);
        var bounds = _attack.Threat.Bounds;
        var between = _attack.Threat.Norm == Norm.L2
            ? share * starts + (1 - share) * _origin
            : maximum(minimum(starts, _origin + share * bounds.Range), _origin - share * bounds.Range);
        return between.clamp(bounds.Low, bounds.High).MoveToOuterDisposeScope();
    }

    private void Record(double[] here, MarginNumbers margins)
    {
        for (var example = 0; example < _count; example++)
        {
            if (!margins.IsWrong(example)
                || !(Distance(here, example) is var distance && distance < _distance[example])) continue;
            _distance[example] = distance;
            Row(here, example).CopyTo(Row(_best, example));
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
        if (double.IsNaN(finite))
            throw new InvalidOperationException($"The gradient under {_attack.Name} is not finite. "
                + "Check that the model's weights and logits are finite.");
    }

    // here ← the next examples, in the box exactly
    private void Move(double[] here, MarginNumbers margins, double radius)
    {
        var (norm, bounds) = (_attack.Threat.Norm, _attack.Threat.Bounds);
        Parallel.For(0, _count, () => TrustRegionStep.Of(norm, _size, bounds), (example, _, solver) =>
        {
            var row = Row(here, example);
            var margin = margins.Margin[example];
            var aim = Math.Max((_attack.Overshoot - 1) * Math.Abs(margin), LeastAim * margins.Least[example]);
            var step = solver.Solve(Row(_clean, example), row, Row(_normal, example), aim - margin, radius);
            for (var i = 0; i < row.Length; i++) row[i] = Math.Clamp(row[i] + step[i], bounds.Low, bounds.High);
            return solver;
        }, _ => { });
    }

    private double Distance(double[] images, int example)
    {
        var image = Row(images, example);
        var clean = Row(_clean, example);
        var (largest, squares) = (0.0, 0.0);
        for (var i = 0; i < image.Length; i++)
        {
            var delta = image[i] - clean[i];
            largest = Math.Max(largest, Math.Abs(delta));
            squares += delta * delta;
        }
        return _attack.Threat.Norm == Norm.Linf ? largest : Math.Sqrt(squares);
    }

    private Span<double> Row(double[] rows, int example) => rows.AsSpan(example * _size, _size);

    private Tensor ToImages(double[] rows) => tensor(rows, _origin.shape, device: _origin.device).to(_origin.dtype);
}
