using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Misclassified images anywhere in the box, for attacks that come from beyond the boundary.</summary>
/// <remarks>
/// First uniform noise, blended with the image: the first noise image that is misclassified, and of the line to it the
/// first misclassified example. Noise of any number tends to be classified alike; so for an image of just that class
/// there follow gradient steps, which no ε bounds. Each example is looked after for itself.
/// </remarks>
/// <param name="attack">The attack's name, for errors.</param>
/// <param name="context">The model.</param>
/// <param name="origin">[b,C,H,W].</param>
/// <param name="labels">[b].</param>
/// <param name="bounds">The box.</param>
internal sealed class AdversarialStart(
    string attack,
    AttackContext context,
    Tensor origin,
    Tensor labels,
    Bounds bounds)
{
    private const int Climbs = 4;
    private const int ClimbSteps = 50;

    /// <summary>Forward and backward passes of one example in all its climbs, at most.</summary>
    internal const int MostClimbPasses = Climbs * (1 + 3 * ClimbSteps);

    private const double ClimbStep = 0.04; // of the box: twice its width in all

    /// <summary>Which examples have a start [b].</summary>
    internal bool[] Found { get; } = new bool[origin.shape[0]];

    /// <summary>Searches.</summary>
    /// <param name="seeds">One index per example.</param>
    /// <param name="directions">Noise images for each example, at most.</param>
    /// <param name="blends">Places on the line to a noise image, at most.</param>
    /// <returns>[b,C,H,W], in the box: misclassified where <see cref="Found"/>.</returns>
    internal Tensor Search(ExampleSeeds seeds, int directions, int blends)
    {
        var starts = origin.clone();
        Draw(starts, seeds.Fork(0), directions);
        Blend(starts, blends);
        for (var run = 1; run <= Climbs; run++) Climb(starts, (double)run / Climbs, seeds.Fork(run));
        return starts;
    }

    // the first noise image of each example that is misclassified
    private void Draw(Tensor starts, ExampleSeeds seeds, int directions)
    {
        var open = Missing();
        for (var direction = 0; direction < directions && open.Count > 0; direction++)
        {
            using var scope = context.Step();
            open = Take(starts, Noise(seeds.Fork(direction), open), open);
        }
    }

    // the first misclassified example of each line from the image to its noise
    private void Blend(Tensor starts, int blends)
    {
        using var outer = NewDisposeScope();
        var ends = starts.clone();
        List<int> open = [.. Enumerable.Range(0, Found.Length).Where(i => Found[i])];
        for (var blend = 1; blend < blends && open.Count > 0; blend++)
        {
            using var scope = context.Step();
            var (share, index) = ((double)blend / blends, Index(open));
            var blended = (1 - share) * origin.index_select(0, index) + share * ends.index_select(0, index);
            open = Take(starts, blended.clamp(bounds.Low, bounds.High), open);
        }
    }

    // steps along the sign of the margin's gradient, from the image with a share of noise; an example keeps the place
    // where its steps end
    private void Climb(Tensor starts, double share, ExampleSeeds seeds)
    {
        var open = Missing();
        if (open.Count == 0) return;
        using var outer = NewDisposeScope();
        using var x = context.Keep((1 - share) * origin.index_select(0, Index(open)) + share * Noise(seeds, open));
        for (var step = 0; step <= ClimbSteps && open.Count > 0; step++)
        {
            using var scope = context.Step();
            if (step > 0)
            {
                var gradient = context.Gradient(x.Rows, logits => AttackLosses.Margin(logits, Labels(open))).Gradient;
                if (!gradient.isfinite().all().item<bool>())
                    throw new InvalidOperationException($"The gradient under {attack} is not finite. "
                        + "Check that the model's weights and logits are finite.");
                x.Set((x.Rows + ClimbStep * bounds.Range * gradient.sign()).clamp(bounds.Low, bounds.High));
            }
            var left = Take(starts, x.Rows, open);
            if (left.Count < open.Count) x.Select(Index([.. left.Select(example => open.IndexOf(example))]));
            open = left;
        }
        if (open.Count > 0) starts.index_copy_(0, Index(open), x.Rows);
    }

    // writes the misclassified candidates among the starts; gives the examples that are left
    private List<int> Take(Tensor starts, Tensor candidates, List<int> open)
    {
        using var scope = NewDisposeScope();
        var labelled = Labels(open);
        var margins = MarginNumbers.Of(context.Forward(candidates), labelled, attack);
        List<int> wrong = [.. Enumerable.Range(0, open.Count).Where(margins.IsWrong)];
        if (wrong.Count == 0) return open;
        List<int> examples = [.. wrong.Select(i => open[i])];
        starts.index_copy_(0, Index(examples), candidates.index_select(0, Index(wrong)));
        foreach (var example in examples) Found[example] = true;
        return [.. open.Where((_, i) => !margins.IsWrong(i))];
    }

    private List<int> Missing() => [.. Enumerable.Range(0, Found.Length).Where(i => !Found[i])];

    private Tensor Noise(ExampleSeeds seeds, List<int> examples) =>
        seeds.Select(examples)
            .Uniform([examples.Count, .. origin.shape.Skip(1)], bounds.Low, bounds.High, origin.device)
            .to(origin.dtype)
            .clamp(bounds.Low, bounds.High);

    private Tensor Labels(List<int> examples) => labels.index_select(0, Index(examples));

    private Tensor Index(List<int> examples) => PerExample.Index(examples, origin.device);
}
