using Adr.Interactive.Drawing;
using Plotly.NET;

namespace Adr.Interactive;

/// <summary>
/// A plot: a plotly chart, and a static SVG where scripts do not run. Immutable; <see cref="Chart"/> can be restyled.
/// </summary>
public abstract class Figure : View
{
    private readonly int _width = 640;
    private readonly int _height = 400;

    private protected Figure(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        Title = title;
    }

    /// <summary>What the figure shows, in a few words.</summary>
    public string Title { get; }

    /// <summary>A smaller line under the title, for settings or how to read the figure. Default: none.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The width in pixels, from 240 to 4000. On a narrower page the figure shrinks. Default: 640.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not within 240 to 4000.</exception>
    public int Width { get => _width; init => _width = Size(value, nameof(Width)); }

    /// <summary>The height in pixels, from 240 to 4000. Default: 400.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not within 240 to 4000.</exception>
    public int Height { get => _height; init => _height = Size(value, nameof(Height)); }

    /// <summary>
    /// The figure as a Plotly.NET chart, to restyle: <c>figure.Chart.WithLayout("title.text", "My own")</c>. It is a
    /// new one each time, since styling changes a chart in place. The restyled chart has a static picture too.
    /// </summary>
    public GenericChart Chart => Charts.Of(PlotlyJson());

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> MimeTypes => Mime.OfFigure;

    /// <inheritdoc/>
    public sealed override string As(string mimeType) => mimeType switch
    {
        Mime.Plotly => PlotlyJson(),
        Mime.Html => LiveHtml.Document(LivePart()),
        Mime.Svg => Picture().Document(inline: false),
        Mime.Text => Summary(),
        _ => throw NotOffered(mimeType),
    };

    /// <summary>The plotly figure: data, layout and config as one JSON object.</summary>
    public string PlotlyJson() => PlotlyParts.Figure(this, Plot()).ToJsonString();

    /// <summary>The HTML of this figure alone, without the script that makes it live.</summary>
    internal string LivePart()
    {
        var json = PlotlyJson();
        return LiveHtml.Figure(new StaticPicture(json), json);
    }

    /// <summary>The static picture.</summary>
    internal StaticPicture Picture() => new(PlotlyJson());

    private protected abstract Plot Plot();

    private protected abstract string Summary();

    private protected string Heading() => string.IsNullOrEmpty(Subtitle) ? Title : $"{Title}\n{Subtitle}";

    private static int Size(int value, string name) =>
        value is >= 240 and <= 4000
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is in pixels, from 240 to 4000.");
}
