namespace Adr.Interactive;

/// <summary>The MIME types that views come in.</summary>
public static class Mime
{
    /// <summary>A plotly figure: one JSON object with data, layout and config.</summary>
    public const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>A piece of HTML.</summary>
    public const string Html = "text/html";

    /// <summary>A picture as SVG, complete by itself.</summary>
    public const string Svg = "image/svg+xml";

    /// <summary>Text for a terminal and for diffs.</summary>
    public const string Text = "text/plain";
}
