using System.Text;

namespace Adr.Interactive.Drawing;

/// <summary>Which point of a text its position means.</summary>
internal enum Anchor { Start, Middle, End }

/// <summary>Writes the few SVG elements that figures need. Every text goes through <see cref="Escape.Xml"/>.</summary>
internal sealed class SvgWriter
{
    /// <summary>The fonts of figures, here and in plotly.</summary>
    internal const string Fonts = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

    private readonly StringBuilder _body = new();

    internal void Line(
        double x1, double y1, double x2, double y2, string stroke, double opacity = 1, double width = 1)
    {
        var ends = $"x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"";
        _body.Append($"<line {ends} stroke=\"{stroke}\"{Opacity("stroke-opacity", opacity)}{Width(width)}/>\n");
    }

    internal void Rect(
        double x, double y, double width, double height, string fill, double opacity = 1, string? tip = null) =>
        Tipped("rect", $"{Box(x, y, width, height)} fill=\"{fill}\"{Opacity("fill-opacity", opacity)}", tip);

    internal void Frame(double x, double y, double width, double height, string stroke, double strokeWidth) =>
        _body.Append($"<rect {Box(x, y, width, height)} fill=\"none\" stroke=\"{stroke}\"{Width(strokeWidth)}/>\n");

    internal void Stroke(string path, string stroke, double width, string? dashes = null)
    {
        var dashed = dashes is null ? "" : $" stroke-dasharray=\"{dashes}\"";
        _body.Append($"<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\"{Width(width)} ")
            .Append($"stroke-linejoin=\"round\" stroke-linecap=\"round\"{dashed}/>\n");
    }

    internal void Fill(string path, string fill, double opacity) =>
        _body.Append($"<path d=\"{path}\" fill=\"{fill}\"{Opacity("fill-opacity", opacity)} stroke=\"none\"/>\n");

    internal void Text(double x, double y, string text, double size, Anchor anchor = Anchor.Start, bool bold = false,
        double opacity = 1, string fill = "currentColor", double rotate = 0)
    {
        var place = anchor switch
        {
            Anchor.Middle => " text-anchor=\"middle\"",
            Anchor.End => " text-anchor=\"end\"",
            _ => "",
        };
        var weight = bold ? " font-weight=\"600\"" : "";
        var turn = rotate == 0 ? "" : $" transform=\"rotate({N(rotate)} {N(x)} {N(y)})\"";
        _body.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(size)}\"{place}{weight} fill=\"{fill}\"")
            .Append($"{Opacity("fill-opacity", opacity)}{turn}>{Escape.Xml(text)}</text>\n");
    }

    /// <summary>Places a PNG, enlarged without smoothing, so that each pixel of a digit can be seen.</summary>
    internal void Image(double x, double y, double width, double height, byte[] png, string description)
    {
        const string Style = "preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\"";
        var source = $"href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"";
        Tipped("image", $"{Box(x, y, width, height)} {Style} {source}", description);
    }

    internal void OpenGroup(string attributes) => _body.Append($"<g {attributes}>\n");

    internal void CloseGroup() => _body.Append("</g>\n");

    /// <summary>
    /// Opens a window onto the same coordinates. A nested svg clips without an id, which could clash with another.
    /// </summary>
    internal void OpenClip(double x, double y, double width, double height)
    {
        var view = $"viewBox=\"{N(x)} {N(y)} {N(width)} {N(height)}\"";
        _body.Append($"<svg {Box(x, y, width, height)} {view}>\n");
    }

    internal void CloseClip() => _body.Append("</svg>\n");

    /// <summary>Puts another drawing x pixels to the right.</summary>
    internal void Part(double x, SvgWriter other) =>
        _body.Append($"<g transform=\"translate({N(x)} 0)\">\n").Append(other._body).Append("</g>\n");

    /// <summary>The whole document.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="description">What a screen reader says.</param>
    /// <param name="inline">
    /// True inside HTML, where the figure has the colour of the page's text and shrinks with the page; false for an
    /// image of its own.
    /// </param>
    internal string Document(double width, double height, string description, bool inline)
    {
        var view = $"xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {N(width)} {N(height)}\"";
        var size = inline
            ? $"style=\"width:100%;max-width:{N(width)}px;height:auto;display:block\""
            : $"width=\"{N(width)}\" height=\"{N(height)}\" color=\"{Palette.Ink}\"";
        var label = $"role=\"img\" aria-label=\"{Escape.Xml(description)}\"";
        return $"<svg {view} {size} {label} font-family=\"{Fonts}\">\n{_body}</svg>";
    }

    private void Tipped(string element, string attributes, string? tip) => _body.Append(tip is null
        ? $"<{element} {attributes}/>\n"
        : $"<{element} {attributes}><title>{Escape.Xml(tip)}</title></{element}>\n");

    private static string Box(double x, double y, double width, double height) =>
        $"x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"";

    private static string N(double value) => Number.Length(value);

    private static string Opacity(string attribute, double value) => value == 1 ? "" : $" {attribute}=\"{N(value)}\"";

    private static string Width(double value) => value == 1 ? "" : $" stroke-width=\"{N(value)}\"";
}
