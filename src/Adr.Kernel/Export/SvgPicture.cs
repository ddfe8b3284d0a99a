using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Adr.Kernel.Export;

/// <summary>Shows SVG pictures on a page.</summary>
/// <remarks>
/// A picture of shapes and text stands in the page itself, so that it can take the colour of the page's text. One with
/// anything else, such as a style sheet, an animation or a script, becomes an image: in images, browsers run no script
/// and send no request, and styles do not reach the page.
/// </remarks>
internal static partial class SvgPicture
{
    private const string Namespace = "http://www.w3.org/2000/svg", XLink = "http://www.w3.org/1999/xlink";
    private const int Deepest = 200;

    private static readonly HashSet<string> Elements =
    [
        "svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "path", "rect", "circle", "ellipse", "line",
        "polyline", "polygon", "text", "tspan", "textPath", "image", "marker", "pattern", "clipPath", "mask",
        "linearGradient", "radialGradient", "stop",
    ];

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, IgnoreComments = true,
        IgnoreProcessingInstructions = true, MaxCharactersInDocument = RenderLimits.LongestText,
    };

    /// <summary>The picture as HTML.</summary>
    /// <param name="svg">An SVG document.</param>
    /// <param name="alternative">What is said where the picture is not seen.</param>
    /// <exception cref="RenderException">It is not an SVG document.</exception>
    internal static string ToHtml(string svg, string? alternative)
    {
        try
        {
            var inline = new StringBuilder();
            if (Copy(svg, inline)) return inline.ToString();
        }
        catch (XmlException problem)
        {
            throw new RenderException($"it is not an SVG picture: {problem.Message.TrimEnd('.')}", problem);
        }
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));
        return $"<img alt=\"{Html.Escape(alternative)}\" src=\"data:image/svg+xml;base64,{data}\">";
    }

    /// <summary>Copies the picture. Both XML and HTML read the copy in the same way.</summary>
    /// <returns>Whether all of it is shapes and text. The document is read to its end in any case.</returns>
    private static bool Copy(string svg, StringBuilder html)
    {
        using var reader = XmlReader.Create(new StringReader(svg), Settings);
        reader.MoveToContent();
        if (reader.LocalName != "svg")
            throw new RenderException($"it is not an SVG picture: it begins with '{reader.Name}'");
        var isPlain = true;
        do
        {
            if (reader.Depth > Deepest) throw new RenderException("it is nested too deeply");
            if (reader.NodeType == XmlNodeType.Element) isPlain &= CopyElement(reader, html);
            else if (reader.NodeType == XmlNodeType.EndElement) html.Append($"</{reader.Name}>");
            else html.Append(Html.Escape(reader.Value));
        }
        while (reader.Read());
        return isPlain;
    }

    private static bool CopyElement(XmlReader reader, StringBuilder html)
    {
        var isPlain = reader.NamespaceURI is Namespace or "" && Elements.Contains(reader.Name);
        html.Append($"<{reader.Name}");
        var isEmpty = reader.IsEmptyElement;
        while (reader.MoveToNextAttribute())
        {
            isPlain &= IsPlain(reader);
            html.Append($" {reader.Name}=\"{Html.Escape(reader.Value)}\"");
        }
        html.Append(isEmpty ? "/>" : ">");
        return isPlain;
    }

    private static bool IsPlain(XmlReader attribute)
    {
        var value = attribute.Value;
        if (attribute.Name is "xmlns" or "xmlns:xlink") return value is Namespace or XLink;
        if (attribute.LocalName == "href") return value.StartsWith('#') || Image().IsMatch(value);
        if (attribute.Prefix.Length > 0) return attribute.Prefix == "xml";
        return !attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) && !Loads().IsMatch(value)
            && (attribute.Name != "style" || !Escapes().IsMatch(value));
    }

    [GeneratedRegex(@"^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\z")]
    private static partial Regex Image();

    [GeneratedRegex(@"(url|src|image)\s*\((?!\s*[""']?#)", RegexOptions.IgnoreCase)]
    private static partial Regex Loads();

    // out of the picture, or out of the letters by which the other patterns know a word
    [GeneratedRegex(@"position|[\\@]|/\*|image-set", RegexOptions.IgnoreCase)]
    private static partial Regex Escapes();
}
