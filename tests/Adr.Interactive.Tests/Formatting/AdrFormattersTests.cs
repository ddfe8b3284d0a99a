using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Interactive.Tests.Formatting;

public class AdrFormattersTests
{
    public static TheoryData<string, string[]> Kinds => new()
    {
        { "proportion", [Mime.Html, Mime.Text] },
        { "report", [Mime.Html, Mime.Text] },
        { "autoattack", [Mime.Html, Mime.Text] },
        { "distances", [Mime.Html, Mime.Text] },
        { "masking", [Mime.Html, Mime.Text] },
        { "table", [Mime.Html, Mime.Text] },
        { "settings", [Mime.Html, Mime.Text] },
        { "confusion", [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text] },
        { "curve", [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text] },
        { "curves", [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text] },
        { "latents", [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text] },
        { "history", [Mime.Html, Mime.Svg, Mime.Text] },
        { "progress", [Mime.Html, Mime.Text] },
    };

    private static (object Value, View View) Named(string kind) => kind switch
    {
        "proportion" => (Showing.Records.Proportion, Show.Proportion(Showing.Records.Proportion)),
        "report" => (Showing.Records.Report, Show.Report(Showing.Records.Report)),
        "autoattack" => (Showing.Records.AutoAttack, Show.AutoAttack(Showing.Records.AutoAttack)),
        "distances" => (Showing.Records.Distances, Show.Distances(Showing.Records.Distances)),
        "masking" => (Showing.Records.Masking, Show.Masking(Showing.Records.Masking)),
        "table" => (Showing.Records.Table, Show.Table(Showing.Records.Table)),
        "settings" => (Showing.Records.Table.Experiment, Show.Settings(Showing.Records.Table.Experiment)),
        "confusion" => (Showing.Records.Confusion, Show.Confusion(Showing.Records.Confusion)),
        "curve" => (Showing.Records.Curve("ADV"), Show.Curves(Showing.Records.Curve("ADV"))),
        "curves" => (new[] { Showing.Records.Curve("ADV"), Showing.Records.Curve("TRADES") }, Show.Curves(Showing.Records.Curve("ADV"), Showing.Records.Curve("TRADES"))),
        "latents" => (Showing.Records.Latents, Show.Latents(Showing.Records.Latents)),
        "history" => (Showing.Records.History, Show.History(Showing.Records.History)),
        "progress" => (Showing.Records.Progress(2, 3), Show.Progress(Showing.Records.Progress(2, 3))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind."),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_type_is_shown_as_its_view(string kind, string[] mimeTypes)
    {
        AdrFormatters.Register();
        AdrFormatters.Register(); // twice is once
        var (value, view) = Named(kind);
        Assert.Equal(mimeTypes.Order(), Formatter.GetPreferredMimeTypesFor(value.GetType()).Order());
        Assert.All(mimeTypes, type => Assert.Equal(view.As(type), Formatter.ToDisplayString(value, type)));
    }
}
