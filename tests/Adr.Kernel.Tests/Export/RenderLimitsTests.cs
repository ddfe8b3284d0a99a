using Adr.Kernel.Export;

namespace Adr.Kernel.Tests.Export;

public class RenderLimitsTests
{
    [Fact]
    public void A_part_is_what_was_computed() => Assert.Equal(7, new RenderLimits().Run(() => 7));

    [Fact]
    public void A_part_that_does_not_end_is_aborted_and_the_next_one_is_rendered()
    {
        var limits = new RenderLimits { Part = TimeSpan.FromMilliseconds(50) };
        var turns = 0L;

        var problem = Assert.Throws<RenderException>(() => limits.Run(() =>
        {
            while (true) turns++;
#pragma warning disable CS0162 // It gives the loop a type.
            return turns;
#pragma warning restore CS0162
        }));

        Assert.Equal("it takes longer than 0.05 seconds", problem.Message);
        var reached = Volatile.Read(ref turns);
        Thread.Sleep(20);
        Assert.Equal(reached, Volatile.Read(ref turns));
        Assert.Equal("next", new RenderLimits().Run(() => "next"));
    }

    [Fact]
    public void No_part_begins_after_the_time_of_the_page()
    {
        var limits = new RenderLimits { Page = TimeSpan.FromTicks(-1) };
        var problem = Assert.Throws<RenderException>(() => limits.Run(() => 1));
        Assert.Contains("the page has already taken longer than", problem.Message);
    }

    [Fact]
    public void Any_exception_becomes_the_reason()
    {
        var limits = new RenderLimits();
        var cause = new InvalidOperationException("The first line.\nThe second.");
        var problem = Assert.Throws<RenderException>(() => limits.Run<int>(() => throw cause));
        Assert.Equal("The first line", problem.Message);
        Assert.Same(cause, problem.InnerException);
        Assert.Equal("it is nested too deeply",
            Assert.Throws<RenderException>(() => limits.Run(() => Deepen(int.MaxValue))).Message);
    }

    [Fact]
    public void The_stack_does_not_depend_on_who_calls() =>
        Assert.Equal(10_000, new RenderLimits().Run(() => Deepen(10_000)));

    private static int Deepen(int depth)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        return depth == 0 ? 0 : 1 + Deepen(depth - 1);
    }
}
