using Adr.Experiments;

namespace Adr.Tests.Experiments;

public sealed class NamesTests
{
    [Theory]
    [InlineData("adr-adv", "Did you mean ADR-ADV?")]
    [InlineData("AVD", "Did you mean ADV?")]
    [InlineData("trades ", "Did you mean TRADES?")]
    [InlineData("nothing", "There is no defence \"nothing\". Choose Standard, ")]
    public void A_defence_that_is_none_gets_the_closest_name(string name, string message)
    {
        var error = Assert.Throws<ArgumentException>("name", () => Experiment.Mnist(Budget.Smoke).Defence(name));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("1")]
    [InlineData("")]
    public void A_budget_that_is_none_gets_all_names(string name)
    {
        var error = Assert.Throws<ArgumentException>("name", () => Budgets.Parse(name));
        Assert.Contains("smoke, quick, desktop or paper", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_may_be_in_any_case() => Assert.Equal(Budget.Desktop, Budgets.Parse("Desktop"));
}
