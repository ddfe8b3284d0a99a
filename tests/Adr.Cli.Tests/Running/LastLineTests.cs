using System.Text.Json;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Cli.Tests;

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

    /// <summary>Letters and line ends, cut in two.</summary>
    public sealed record Halves(string First, string Second)
    {
        public static Arbitrary<Halves> Any { get; } = Arb.From(
            from letters in Gen.Elements('a', 'b', ' ', '\n', '\r').ArrayOf()
            from cut in Gen.Choose(0, letters.Length)
            select new Halves(new string(letters[..cut]), new string(letters[cut..])),
            halves => halves.Shorter());

        public override string ToString() => JsonSerializer.Serialize(this);

        private IEnumerable<Halves> Shorter()
        {
            for (var at = 0; at < First.Length; at++) yield return this with { First = First.Remove(at, 1) };
            for (var at = 0; at < Second.Length; at++) yield return this with { Second = Second.Remove(at, 1) };
        }
    }

    [Law(Arbitrary = [typeof(Halves)])]
    public bool Does_not_depend_on_where_the_pieces_are_cut(Halves text)
    {
        var (whole, parts) = (new LastLine(), new LastLine());
        whole.Write(text.First + text.Second);
        parts.Write(text.First);
        parts.Write(text.Second);
        return whole.Text == parts.Text;
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
