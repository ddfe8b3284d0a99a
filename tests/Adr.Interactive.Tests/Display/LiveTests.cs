using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Interactive.Tests.Display;

public class LiveTests
{
    [Fact]
    public void Text_has_html_too_in_which_a_host_shows_what_comes_later()
    {
        var announced = new List<DisplayedValue>();
        using var _ = Formatter.SubscribeToDisplayedValues(announced.Add);
        Live.Show("starting");
        Assert.Equal(
            [("text/html", "<span>starting</span>"), ("text/plain", "starting")],
            Assert.Single(announced).FormattedValues.Select(value => (value.MimeType, value.Value)));
    }
}
