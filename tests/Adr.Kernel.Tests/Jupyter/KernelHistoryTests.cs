using System.Text.Json.Nodes;
using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

public class KernelHistoryTests
{
    [Theory]
    [InlineData("""{"hist_access_type":"tail","n":2}""", "2 b2|3 b2")]
    [InlineData("""{"hist_access_type":"tail","n":-1}""", "")]
    [InlineData("""{"hist_access_type":"range","session":0,"start":1,"stop":3}""", "1 a1|2 b2")]
    [InlineData("""{"hist_access_type":"range","session":-1,"start":1,"stop":3}""", "")]
    [InlineData("""{"hist_access_type":"search","pattern":"b*"}""", "2 b2|3 b2")]
    [InlineData("""{"hist_access_type":"search","pattern":"b*","unique":true}""", "3 b2")]
    [InlineData("""{"hist_access_type":"search","pattern":"?1"}""", "1 a1")]
    [InlineData("""{"hist_access_type":"search","pattern":"(((a+)+)+)+$"}""", "")]
    public void Is_what_was_run(string request, string expected)
    {
        var history = new KernelHistory();
        history.Add(1, "a1");
        history.Add(2, "b2");
        history.Add(3, "b2");
        var reply = history.Reply((JsonObject)JsonNode.Parse(request)!);
        var found = reply["history"]!.AsArray().Select(entry => $"{entry![1]} {entry[2]}");
        Assert.Equal(expected, string.Join('|', found));
    }

    [Fact]
    public void With_output_has_none()
    {
        var history = new KernelHistory();
        history.Add(1, "a");
        Assert.Equal(
            """[[1,1,["a",null]]]""", history.Reply(new JsonObject { ["output"] = true })["history"]!.ToJsonString());
    }
}
