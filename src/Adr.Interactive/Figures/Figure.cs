using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A plot: interactive with plotly, and a static SVG where scripts do not run. Immutable.</summary>
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

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> MimeTypes => Mime.OfFigure;

    /// <inheritdoc/>
    public sealed override string As(string mimeType) => mimeType switch
    {
        Mime.Plotly => PlotlyJson(),
        Mime.Html => LiveHtml.Document(LivePart()),
        Mime.Svg => Picture(inline: false),
        Mime.Text => Summary(),
        _ => throw NotOffered(mimeType),
    };

    /// <summary>The plotly figure: data, layout and config as one JSON object.</summary>
    public string PlotlyJson() => new JsonObject
    {
        ["data"] = PlotlyData(),
        ["layout"] = PlotlyLayout(),
        ["config"] = new JsonObject
        {
            ["responsive"] = true,
            ["displaylogo"] = false,
            ["modeBarButtons"] = new JsonArray(new JsonArray("toImage", "zoom2d", "pan2d", "resetScale2d")),
        },
    }.ToJsonString();

    /// <summary>The HTML of this figure alone, without the script that makes it live.</summary>
    internal string LivePart()
    {
        var plain = PlainPicture.Html(Picture(inline: false), Title);
        return LiveHtml.Figure(Picture(inline: true), plain, PlotlyJson(), Width);
    }

    /// <summary>The static picture, inside HTML or as an image of its own.</summary>
    internal string Picture(bool inline) => Draw().Document(Width, Height, Title, inline);

    /// <summary>Draws the static picture.</summary>
    internal abstract SvgWriter Draw();

    private protected abstract JsonArray PlotlyData();

    private protected abstract JsonObject PlotlyLayout();

    private protected abstract string Summary();

    private protected string Heading() => string.IsNullOrEmpty(Subtitle) ? Title : $"{Title}\n{Subtitle}";

    private static int Size(int value, string name) =>
        value is >= 240 and <= 4000
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is in pixels, from 240 to 4000.");
}
