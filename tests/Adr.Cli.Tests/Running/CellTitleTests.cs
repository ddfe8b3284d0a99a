
namespace Adr.Cli.Tests;

public sealed class CellTitleTests
{
    [Theory]
    [InlineData("// Train both models\nvar x = 1;", "Train both models")]
    [InlineData("#r \"Adr.Interactive.dll\"\nusing Adr;\n\nvar x = 1;", "var x = 1;")]
    [InlineData("using Adr;", "using Adr;")]
    [InlineData("//\n///\ntable", "table")]
    [InlineData("  \n", "(empty)")]
    public void Is_the_first_line_that_says_something(string code, string expected) =>
        Assert.Equal(expected, CellTitle.Of(code));

    [Fact]
    public void Is_cut_to_the_width_of_a_terminal()
    {
        var title = CellTitle.Of(new string('x', 200));

        Assert.Equal(60, title.Length);
        Assert.EndsWith("…", title);
    }
}
