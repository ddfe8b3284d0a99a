using System.Diagnostics;
using System.Globalization;
using Adr.Attacks;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>Checks of an assignment. One that does not hold throws a sentence that helps.</summary>
/// <remarks>
/// A check cell names it in full, <c>global::Adr.Interactive.Check</c>, because a student may declare a class of the
/// same name. It does not end with a value: nbgrader would take that for points.
/// </remarks>
[StackTraceHidden] // a student needs the line of the check
public static class Check
{
    /// <summary>Checks a condition.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="otherwise">What is wrong where it does not hold, as a sentence.</param>
    /// <exception cref="CheckException">It does not hold.</exception>
    public static void That(bool holds, string otherwise)
    {
        if (!holds) throw new CheckException(otherwise);
    }

    /// <summary>Checks that a number is what it must be.</summary>
    /// <param name="what">What the number is, as "the loss".</param>
    /// <param name="expected">The right number.</param>
    /// <param name="found">The student's.</param>
    /// <param name="tolerance">How far the two may be apart, as a share of the right number, and at least of 1.
    /// Default: 1e-6.</param>
    /// <exception cref="CheckException">They are farther apart, or the student's is not finite.</exception>
    public static void Equal(string what, double expected, double found, double tolerance = 1e-6)
    {
        That(double.IsFinite(found), $"Expected {what} to be a number, but it is {Text(found)}.");
        if (Math.Abs(found - expected) <= tolerance * Math.Max(1, Math.Abs(expected))) return;
        throw new CheckException(
            $"Expected {what} to be {Text(expected)}, but it is {Text(found)}.{Hint([expected], [found], tolerance)}");
    }

    /// <summary>Checks that a tensor is what it must be.</summary>
    /// <param name="what">What the tensor is, as "the gradient".</param>
    /// <param name="expected">The right tensor, of any shape and numeric type.</param>
    /// <param name="found">The student's, of the same shape.</param>
    /// <param name="tolerance">How far two numbers may be apart, as a share of the largest right one, and at least of
    /// 1. Default: 1e-6.</param>
    /// <exception cref="CheckException">The shape is another, numbers are farther apart, or one is not
    /// finite.</exception>
    public static void Equal(string what, Tensor expected, Tensor? found, double tolerance = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(expected);
        using var scope = NewDisposeScope();
        Shape(what, found, expected.shape);
        var (right, given) = (Numbers(expected), Numbers(found!));
        var wrong = Array.FindIndex(given, number => !double.IsFinite(number));
        That(wrong < 0, $"Expected {what} to have numbers, but one is {(wrong < 0 ? "" : Text(given[wrong]))}.");
        var allowed = tolerance * right.Select(Math.Abs).Append(1).Max();
        var (distance, index) = right.Zip(given, (a, b) => Math.Abs(a - b)).Select((d, i) => (d, i)).DefaultIfEmpty()
            .MaxBy(pair => pair.d);
        if (distance <= allowed) return;
        var different = right.Zip(given).Count(pair => Math.Abs(pair.First - pair.Second) > allowed);
        throw new CheckException($"Expected {what} to be another: {different} of {right.Length} numbers differ, one by "
            + $"{Text(distance)} ({Text(given[index])} for {Text(right[index])}).{Hint(right, given, tolerance)}");
    }

    /// <summary>Checks the shape of a tensor.</summary>
    /// <param name="what">What the tensor is.</param>
    /// <param name="found">The student's.</param>
    /// <param name="shape">The right shape.</param>
    /// <exception cref="CheckException">It is another, or there is no tensor.</exception>
    public static void Shape(string what, Tensor? found, params long[] shape)
    {
        That(found is not null, $"Expected {what} to be a tensor of shape {Text(shape)}, but it is null.");
        That(!found!.IsInvalid, $"Expected {what} to be a tensor of shape {Text(shape)}, but it was disposed.");
        That(found.shape.SequenceEqual(shape),
            $"Expected {what} to have shape {Text(shape)}, but it has {Text(found.shape)}.");
    }

    /// <summary>Checks that a number lies between two others, or is one of them.</summary>
    /// <param name="what">What the number is.</param>
    /// <param name="found">The student's.</param>
    /// <param name="low">The lowest right number.</param>
    /// <param name="high">The highest right number.</param>
    /// <exception cref="CheckException">It lies outside, or is NaN.</exception>
    public static void Between(string what, double found, double low, double high) => That(
        found >= low && found <= high,
        $"Expected {what} to be between {Text(low)} and {Text(high)}, but it is {Text(found)}."
        + (found / 100 >= low && found / 100 <= high && found > 1 && high <= 1 ? " Is it in percent?" : ""));

    /// <summary>Checks that images are allowed to an attacker: in the ball around the clean ones, and in the
    /// box.</summary>
    /// <param name="threat">The threat model.</param>
    /// <param name="images">The clean images [B,C,H,W], or inputs of another shape [B,…].</param>
    /// <param name="found">The student's.</param>
    /// <exception cref="CheckException">They are not.</exception>
    public static void IsAllowed(ThreatModel threat, Tensor images, Tensor? found)
    {
        ArgumentNullException.ThrowIfNull(threat);
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        Shape("the attacked images", found, images.shape);
        That(found!.isfinite().all().item<bool>(), "The attacked images have pixels that are not finite.");
        var (low, high) = (found.min().ToDouble(), found.max().ToDouble());
        That(low >= threat.Bounds.Low && high <= threat.Bounds.High,
            $"The attacked images leave the box: pixels must lie in [{Text(threat.Bounds.Low)}, "
            + $"{Text(threat.Bounds.High)}], but they go from {Text(low)} to {Text(high)}.");
        var distances = Numbers(threat.Distance(found, images));
        var farthest = distances.Length == 0 ? 0 : distances.Max();
        That(farthest <= threat.Epsilon * (1 + 1e-5) + 1e-6,
            $"The attacked images leave the ball: {threat.Norm.Symbol()} distances must be at most "
            + $"{Text(threat.Epsilon)}, but one is {Text(farthest)}.");
    }

    /// <summary>Checks that a tensor is still what it was, and puts it right if it is not.</summary>
    /// <param name="what">What the tensor is, as "x".</param>
    /// <param name="before">A copy from before the student's code ran.</param>
    /// <param name="now">The tensor.</param>
    /// <exception cref="CheckException">It was changed.</exception>
    public static void Unchanged(string what, Tensor before, Tensor now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        if (now.eq(before).all().item<bool>()) return;
        now.copy_(before);
        throw new CheckException($"Your code changes {what} itself, which the cells below need as it is. Compute a new "
            + $"tensor: the methods whose names end in _ work in place. ({what} was put right again.)");
    }

    // What a wrong answer often is: a multiple of the right one, or its negative.
    private static string Hint(double[] expected, double[] found, double tolerance)
    {
        var largest = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        if (largest == 0) return "";
        var at = Array.FindIndex(expected, number => Math.Abs(number) == largest);
        var factor = found[at] / expected[at];
        if (Math.Abs(factor) < 1e-4) return "";
        var whole = Math.Abs(factor) >= 1 ? Math.Round(factor) : 1 / Math.Round(1 / factor);
        var close = Math.Max(tolerance, 1e-4) * Math.Abs(whole) * largest;
        var isMultiple = expected.Zip(found).All(pair => Math.Abs(pair.Second - whole * pair.First) <= close);
        return whole == 1 || !isMultiple ? ""
            : whole == -1 ? " That is its negative."
            : Math.Abs(whole) > 1 ? $" That is {Text(whole)} times as much."
            : $" That is 1/{Text(1 / whole)} of it.";
    }

    private static double[] Numbers(Tensor tensor) => tensor.detach().to(ScalarType.Float64).Values<double>();

    private static string Text(double number) => number.ToString("G6", CultureInfo.InvariantCulture);

    private static string Text(long[] shape) => $"[{string.Join(",", shape)}]";
}

/// <summary>A check of an assignment does not hold. The message says what was expected and what came.</summary>
public sealed class CheckException : Exception
{
    /// <summary>Creates the exception.</summary>
    public CheckException(string message) : base(message)
    {
    }
}
