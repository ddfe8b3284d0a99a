using System.Text;

namespace Adr.Interactive.Drawing;

/// <summary>Where a text stands on its anchor point.</summary>
internal enum Anchor { Start, Middle, End }

/// <summary>Writes the few SVG elements a figure needs. Every text goes through <see cref="Escape.Xml"/>.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _body = new();

    internal void Line(double x1, double y1, double x2, double y2, string stroke, double opacity = 1, double width = 1) =>
        _body.Append($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" stroke=\"{stroke}\"{Opacity("stroke-opacity", opacity)}{Width(width)}/>\n");

    internal void Rect(double x, double y, double width, double height, string fill, double opacity = 1, string? tip = null) =>
        Tipped("rect", $"x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"{fill}\"{Opacity("fill-opacity", opacity)}", tip);

    internal void Frame(double x, double y, double width, double height, string stroke, double strokeWidth) =>
        _body.Append($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"none\" stroke=\"{stroke}\"{Width(strokeWidth)}/>\n");

    internal void Stroke(string path, string stroke, double width, string? dashes = null) =>
        _body.Append($"<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\"{Width(width)} stroke-linejoin=\"round\" stroke-linecap=\"round\"{(dashes is null ? "" : $" stroke-dasharray=\"{dashes}\"")}/>\n");

    internal void Fill(string path, string fill, double opacity) =>
        _body.Append($"<path d=\"{path}\" fill=\"{fill}\"{Opacity("fill-opacity", opacity)} stroke=\"none\"/>\n");

    internal void Text(double x, double y, string text, double size, Anchor anchor = Anchor.Start, bool bold = false, double opacity = 1, string fill = "currentColor", double rotate = 0)
    {
        var place = anchor switch { Anchor.Middle => " text-anchor=\"middle\"", Anchor.End => " text-anchor=\"end\"", _ => "" };
        var turn = rotate == 0 ? "" : $" transform=\"rotate({N(rotate)} {N(x)} {N(y)})\"";
        _body.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(size)}\"{place}{(bold ? " font-weight=\"600\"" : "")} fill=\"{fill}\"{Opacity("fill-opacity", opacity)}{turn}>{Escape.Xml(text)}</text>\n");
    }

    /// <summary>Places a PNG, enlarged without smoothing, so that each pixel of a digit is seen.</summary>
    internal void Image(double x, double y, double width, double height, byte[] png, string description) =>
        Tipped("image", $"x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"", description);

    internal void OpenGroup(string attributes) => _body.Append($"<g {attributes}>\n");

    internal void CloseGroup() => _body.Append("</g>\n");

    /// <summary>Opens a window onto the same coordinates: a nested svg clips without an id, which could clash with another figure's.</summary>
    internal void OpenClip(double x, double y, double width, double height) =>
        _body.Append($"<svg x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" viewBox=\"{N(x)} {N(y)} {N(width)} {N(height)}\">\n");

    internal void CloseClip() => _body.Append("</svg>\n");

    /// <summary>Puts another drawing x pixels to the right.</summary>
    internal void Part(double x, SvgWriter other) => _body.Append($"<g transform=\"translate({N(x)} 0)\">\n").Append(other._body).Append("</g>\n");

    /// <summary>The whole document.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="description">What a screen reader says.</param>
    /// <param name="inline">True inside HTML, where the ink is the page's and the figure shrinks with it; false where it is an image of its own.</param>
    internal string Document(double width, double height, string description, bool inline)
    {
        var size = inline
            ? $"style=\"width:100%;max-width:{N(width)}px;height:auto;display:block\""
            : $"width=\"{N(width)}\" height=\"{N(height)}\" color=\"{Palette.Ink}\"";
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {N(width)} {N(height)}\" {size} role=\"img\" aria-label=\"{Escape.Xml(description)}\" font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\">\n{_body}</svg>";
    }

    private void Tipped(string element, string attributes, string? tip) =>
        _body.Append(tip is null ? $"<{element} {attributes}/>\n" : $"<{element} {attributes}><title>{Escape.Xml(tip)}</title></{element}>\n");

    private static string N(double value) => Number.Length(value);

    private static string Opacity(string attribute, double value) => value == 1 ? "" : $" {attribute}=\"{N(value)}\"";

    private static string Width(double value) => value == 1 ? "" : $" stroke-width=\"{N(value)}\"";
}
