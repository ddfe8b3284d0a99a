using System.Text.Json;
using Adr.Kernel.Running;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Running;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain\ntext", "plain\ntext")]
    [InlineData("10%\r20%\r30%\ndone", "30%\ndone")]
    [InlineData("long line\rab", "abng line")]
    [InlineData("windows\r\nline\r\n", "windows\nline\n")]
    [InlineData("ab\bc\b\b\b\bx", "xc")]
    [InlineData("first\nsecond\r", "first\nsecond")]
    [InlineData("\u001b[31mred\u001b[0m and more\rshort", "short")] // a colour has no columns: the line is replaced
    [InlineData("plain and more\r\u001b[31mred\u001b[0m", "\u001b[31mred\u001b[0m")]
    [InlineData("\u001b[31mred\u001b[0m\r\nlong line\rab", "\u001b[31mred\u001b[0m\nabng line")]
    public void ReadsAsATerminalShowsIt(string written, string shown) => Assert.Equal(shown, Shown(written));

    /// <summary>Letters and control characters that arrive in two parts.</summary>
    public sealed record Arrival(string First, string Second)
    {
        public static Arbitrary<Arrival> Any { get; } = Arb.From(
            from letters in Gen.Elements('a', 'b', '\r', '\n', '\b', 'é', '\u001b').ArrayOf()
            from cut in Gen.Choose(0, letters.Length)
            select new Arrival(new string(letters[..cut]), new string(letters[cut..])),
            arrival => arrival.Shorter());

        public override string ToString() => JsonSerializer.Serialize(this);

        private IEnumerable<Arrival> Shorter()
        {
            for (var at = 0; at < First.Length; at++) yield return this with { First = First.Remove(at, 1) };
            for (var at = 0; at < Second.Length; at++) yield return this with { Second = Second.Remove(at, 1) };
        }
    }

    [Law(Arbitrary = [typeof(Arrival)])]
    public bool DoesNotDependOnHowTheTextArrives(Arrival text) =>
        Shown(text.First + text.Second) == Shown(text.First, text.Second);

    private static string Shown(params string[] parts)
    {
        var text = new TerminalText();
        foreach (var part in parts) text.Append(part);
        return text.ToString();
    }
}
