using Adr.Cli.Running;
using Adr.Testing;
using FsCheck.Fluent;

namespace Adr.Cli.Tests.Running;

public sealed class LastLineTests
{
    [Theory]
    [InlineData(new[] { "one\ntwo\n" }, "two")]
    [InlineData(new[] { "ep", "och 1" }, "epoch 1")]
    [InlineData(new[] { "step 1\rstep 2" }, "step 2")]
    [InlineData(new[] { "step 1\r" }, "step 1")]
    [InlineData(new[] { "done\r\n\n  \n" }, "done")]
    [InlineData(new[] { "" }, "")]
    public void Is_what_a_terminal_would_show(string[] pieces, string expected)
    {
        var last = new LastLine();
        foreach (var piece in pieces) last.Write(piece);

        Assert.Equal(expected, last.Text);
    }

    [Fact]
    public void Does_not_depend_on_where_the_pieces_are_cut()
    {
        var texts = Gen.ArrayOf(Gen.Elements('a', 'b', ' ', '\n', '\r')).Select(letters => new string(letters));
        Law.Holds(from text in texts from cut in Gen.Choose(0, text.Length) select (text, cut), sample =>
        {
            var (whole, parts) = (new LastLine(), new LastLine());
            whole.Write(sample.text);
            parts.Write(sample.text[..sample.cut]);
            parts.Write(sample.text[sample.cut..]);
            return whole.Text == parts.Text;
        });
    }

    [Fact]
    public void Is_empty_again_once_cleared()
    {
        var last = new LastLine();
        last.Write("one\ntwo");

        last.Clear();

        Assert.Equal("", last.Text);
    }
}
