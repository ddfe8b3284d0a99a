using Adr.Attacks;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace Adr.Interactive.Tests.Assignments;

public static class CheckTests
{
    private static readonly ThreatModel Threat = ThreatModel.Linf(0.3);

    [Fact]
    public static void What_holds_throws_nothing()
    {
        using var scope = NewDisposeScope();
        Check.That(true, "no");
        Check.Equal("the loss", 0.5, 0.5000001);
        Check.Equal("the loss", 2e6, 2e6 + 1);
        Check.Equal("the gradient", tensor(new[] { 1f, -2 }), tensor(new[] { 1.0, -2.0000001 }));
        Check.Equal("nothing", empty(0), empty(0));
        Check.Shape("the batch", zeros(2, 3), 2, 3);
        Check.Between("the share", 0.5, 0.5, 0.5);
        Check.IsAllowed(Threat, full(2, 1, 2, 2, 0.5), full(2, 1, 2, 2, 0.8));
        Check.Unchanged("x", ones(2), ones(2));
    }

    [Fact]
    public static void What_was_changed_is_put_right()
    {
        using var scope = NewDisposeScope();
        var (before, now) = (ones(2), tensor(new[] { 1f, 2 }));
        Fails("Your code changes x itself, which the cells below need as it is. Compute a new tensor: the methods "
            + "whose names end in _ work in place. (x was put right again.)", () => Check.Unchanged("x", before, now));
        Check.Unchanged("x", before, now);
    }

    [Fact]
    public static void What_does_not_hold_is_said_with_what_came()
    {
        using var scope = NewDisposeScope();
        var (images, gone) = (full(2, 1, 2, 2, 0.5), zeros(2));
        gone.Dispose();
        Fails("It is wrong.", () => Check.That(false, "It is wrong."));
        Fails("Expected the loss to be 0.5, but it is 0.7.", () => Check.Equal("the loss", 0.5, 0.7));
        Fails("Expected the loss to be a number, but it is NaN.", () => Check.Equal("the loss", 0.5, double.NaN));
        Fails("Expected the sum to be another: 1 of 2 numbers differ, one by 0.5 (1.5 for 2).",
            () => Check.Equal("the sum", tensor(new[] { 1.0, 2 }), tensor(new[] { 1.0, 1.5 })));
        Fails("Expected the sum to have numbers, but one is NaN.",
            () => Check.Equal("the sum", zeros(2), tensor(new[] { 0, double.NaN })));
        Fails("Expected the sum to have shape [2], but it has [2,1].",
            () => Check.Equal("the sum", zeros(2), zeros(2, 1)));
        Fails("Expected the sum to be a tensor of shape [2], but it is null.", () => Check.Shape("the sum", null, 2));
        Fails("Expected the sum to be a tensor of shape [2], but it was disposed.",
            () => Check.Shape("the sum", gone, 2));
        Fails("Expected the share to be between 0 and 1, but it is NaN.",
            () => Check.Between("the share", double.NaN, 0, 1));
        Fails("Expected the share to be between 0 and 0.9, but it is 66.5. Is it in percent?",
            () => Check.Between("the share", 66.5, 0, 0.9));
        Fails("The attacked images leave the ball: L∞ distances must be at most 0.3, but one is 0.4.",
            () => Check.IsAllowed(Threat, images, images + 0.4));
        Fails("The attacked images leave the box: pixels must lie in [0, 1], but they go from 0.5 to 1.1.",
            () => Check.IsAllowed(Threat, images, cat([images[..1], images[..1] + 0.6])));
        Fails("The attacked images have pixels that are not finite.",
            () => Check.IsAllowed(Threat, images, images / 0));
    }

    [Theory]
    [InlineData(-1, " That is its negative.")]
    [InlineData(8, " That is 8 times as much.")]
    [InlineData(-10, " That is -10 times as much.")]
    [InlineData(0.125, " That is 1/8 of it.")]
    [InlineData(1.37, "")]
    [InlineData(0, "")]
    public static void A_multiple_is_recognised(double factor, string hint)
    {
        using var scope = NewDisposeScope();
        var right = tensor(new[] { 3.25, -7.5, 0 });
        foreach (var problem in new[]
        {
            Assert.Throws<CheckException>(() => Check.Equal("the loss", 3.25, 3.25 * factor)),
            Assert.Throws<CheckException>(() => Check.Equal("the gradient", right, right * factor)),
        })
        {
            if (hint.Length > 0) Assert.EndsWith("." + hint, problem.Message);
            else Assert.DoesNotContain("That is", problem.Message);
        }
    }

    [Law]
    public static Property Equal_is_the_largest_distance_within_the_tolerance() => Prop.ForAll(
        Gen.Choose(-50, 50).Select(n => n / 8.0).ArrayOf(5).ToArbitrary(),
        Gen.Choose(0, 20).Select(n => n / 64.0).ToArbitrary(),
        (values, distance) =>
        {
            using var scope = NewDisposeScope();
            var right = tensor(values);
            var moved = right.clone();
            moved[2] += distance;
            const double Tolerance = 0.01;
            var isRight = distance <= Tolerance * values.Select(Math.Abs).Append(1).Max();
            var problem = Record.Exception(() => Check.Equal("it", right, moved, Tolerance));
            Assert.Equal(isRight, problem is null);
            var single = Record.Exception(() => Check.Equal("it", values[2], values[2] + distance, Tolerance));
            Assert.Equal(distance <= Tolerance * Math.Max(1, Math.Abs(values[2])), single is null);
        });

    private static void Fails(string sentence, Action check) =>
        Assert.Equal(sentence, Assert.Throws<CheckException>(check).Message);
}
