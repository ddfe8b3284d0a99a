using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

/// <summary>Values that contain themselves, are too large, or cannot be shown, in a real engine.</summary>
public sealed class LargeValueTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async Task InitializeAsync() => engine = await TestEngine.StartAsync();

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Theory]
    [InlineData("var a = new object[1]; a[0] = a; a")]
    [InlineData("var a = new object[3]; a[0] = a[1] = a[2] = a; a")]
    [InlineData("var l = new List<object>(); l.Add(l); l.Add(1); l")]
    [InlineData("var d = new Dictionary<string, object>(); d[\"self\"] = d; d")]
    [InlineData("var l = new List<object>(); l.Add(l); new { Inner = new { l } }")]
    [InlineData("record Node(string Name) { public Node Next { get; set; } } var n = new Node(\"x\"); n.Next = n; n")]
    [InlineData(
        "record Node(string Name) { public Node Next { get; set; } } var n = new Node(\"x\"); n.Next = n; new { n }")]
    [InlineData("class Node { public List<Node> All { get; } = []; } var n = new Node(); n.All.Add(n); n")]
    public async Task What_contains_itself_is_shown_in_part_and_soon(string code)
    {
        var clock = Stopwatch.StartNew();
        var data = await engine.ResultAsync(code);
        Assert.InRange(data["text/plain"].Length, 1, 21_000);
        Assert.InRange(data["text/html"].Length, 1, 1_000_000);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"took {clock.Elapsed}");
        Assert.Equal("2", await engine.ValueAsync("1 + 1"));
    }

    [Fact]
    public async Task Plain_text_beside_html_is_cut_and_says_so()
    {
        var data = await engine.ResultAsync("new { Text = new string('x', 100_000) }");
        Assert.InRange(data["text/plain"].Length, 20_000, 20_200);
        Assert.EndsWith("it has more than 20,000 characters.)", data["text/plain"]);
    }

    [Fact]
    public async Task A_ToString_that_throws_is_shown_and_the_cell_does_not_fail()
    {
        await engine.RunAsync("class Bad { public override string ToString() => throw new FormatException(\"no\"); }");
        const string Message = "Bad: its ToString() threw System.FormatException: no";
        foreach (var code in new[] { "new Bad()", "new { Value = new Bad() }", "new[] { new Bad() }" })
        {
            var data = await engine.ResultAsync(code);
            Assert.Contains(Message, data["text/html"]);
            Assert.Contains(Message, data["text/plain"]);
        }
        var shown = (await engine.RunAsync("new Bad().Display(\"text/plain\");")).OfType<ValueDisplayed>().Single();
        Assert.Equal(Message, shown.Data["text/plain"]);
    }

    [Fact]
    public async Task Text_in_a_type_without_a_formatter_is_taken_as_it_is()
    {
        var shown = (await engine.RunAsync("display(\"aGk=\", \"image/png\");")).OfType<ValueDisplayed>().Single();
        Assert.Equal("aGk=", shown.Data["image/png"]);
    }
}
