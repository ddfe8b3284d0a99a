using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Ganss.Xss;

namespace Adr.Kernel.Export;

/// <summary>Takes from HTML what would run, send a request, lead away from the page or leave its place.</summary>
/// <remarks>
/// The callers run these methods within <see cref="RenderLimits"/>: their time grows with the square of the size of
/// HTML that was made to be slow. The parser itself limits the depth, to 512 elements as browsers do.
/// </remarks>
internal static partial class SafeHtml
{
    /// <summary>The attribute of elements that the caller put in and replaces.</summary>
    internal const string PlaceAttribute = "data-place";

    private const string End = "the-end-of-the-output";
    private const int DeepestFrame = 3;

    // Kept by the sanitizer as it comes, but used for forms, for requests, or for a place anywhere on the page.
    private static readonly string[] Tags =
    [
        "form", "button", "select", "textarea", "option", "optgroup", "datalist", "fieldset", "keygen", "style",
    ];
    private static readonly string[] Attributes =
    [
        "accept", "accept-charset", "action", "autocomplete", "background", "dynsrc", "enctype", "lowsrc", "method",
        "novalidate", "usemap",
    ];
    private static readonly string[] Properties =
    [
        "position", "top", "right", "bottom", "left", "z-index", "content", "cursor", "pointer-events", "filter",
        "transform", "mask", "clip",
    ];

    // They act on the whole page (a refresh, a base for addresses, a request in advance), or a browser reads what is in
    // them in another way if scripts are off. A frame is connected to before the page's policy forbids it.
    private static readonly HashSet<string> Dropped = new(StringComparer.OrdinalIgnoreCase)
    {
        "meta", "base", "link", "noscript", "noembed", "noframes", "frameset", "frame",
    };

    private static readonly HtmlSanitizer Sanitizer = CreateSanitizer();

    /// <summary>HTML, parsed so that <see cref="Sanitize"/> can sanitise it.</summary>
    internal static IHtmlDocument Parse(string html) =>
        Sanitizer.HtmlParserFactory().ParseDocument("<!DOCTYPE html><body>" + html);

    /// <summary>Removes scripts, handlers, forms, frames, and styles that reach out of their place.</summary>
    /// <remarks>Links to other pages stay. An image that cannot be embedded becomes one.</remarks>
    /// <param name="document">The HTML, from <see cref="Parse"/>.</param>
    /// <param name="embed">
    /// Gives the data URL of an image for its address, or throws a <see cref="RenderException"/>.
    /// </param>
    /// <returns>The names of the elements of which none is left.</returns>
    internal static IReadOnlyList<string> Sanitize(IHtmlDocument document, Func<string, string> embed)
    {
        foreach (var image in document.QuerySelectorAll<IHtmlImageElement>("img")) Embed(image, embed);
        var before = Names();
        // "List<int>" is an element int for a browser, with all the text after it. The sanitizer would remove both, and
        // what its KeepChildNodes keeps is not safe: an image within a select.
        foreach (var element in document.QuerySelectorAll<IHtmlUnknownElement>("*").Reverse())
            element.Replace([.. element.ChildNodes]);
        Sanitizer.SanitizeDom(document, document.Body!);
        return [.. before.Except(Names()).Order(StringComparer.Ordinal)];

        HashSet<string> Names() => [.. document.Body!.QuerySelectorAll("*").Select(element => element.LocalName)];
    }

    /// <summary>The HTML of an output without anything that runs or uses the network.</summary>
    /// <returns>The HTML that is left; empty if nothing visible is.</returns>
    internal static string Sanitized(string html)
    {
        var document = Parse(html);
        Sanitize(document, url => new NotebookImages(folder: null).Embed(url, attachments: null));
        var body = document.Body!;
        var isVisible = !string.IsNullOrWhiteSpace(body.TextContent) || body.QuerySelector("img[src], hr") is not null;
        return isVisible ? Write(body.ChildNodes) : "";
    }

    /// <summary>
    /// HTML that may run scripts, closed so that it ends where it should, and without the elements by which it would
    /// lead away from the page without a script.
    /// </summary>
    /// <exception cref="RenderException">No way was found to close it.</exception>
    internal static string Contained(string html)
    {
        var contained = Write(Harmless(html).ChildNodes);
        // A browser reads what is written here, and not what was parsed: both must be the same.
        var again = Harmless($"{contained}<p id=\"{End}\"></p>");
        if (again.LastChild is not IElement { Id: End } end) throw new RenderException("its HTML cannot be closed");
        end.Remove();
        return Write(again.ChildNodes) == contained ? contained : throw new RenderException("its HTML is ambiguous");
    }

    /// <summary>Nodes as HTML. The serializer of the parser takes quadratic time for many siblings.</summary>
    internal static string Write(IEnumerable<INode> nodes)
    {
        var writer = new StringWriter();
        foreach (var node in nodes) Write(node, writer);
        return writer.ToString();
    }

    private static void Write(INode node, StringWriter writer)
    {
        if (node is IText text)
        {
            var isRaw = node.Parent is IHtmlElement parent && parent.Flags.HasFlag(NodeFlags.LiteralText);
            writer.Write(isRaw ? text.Data : HtmlFormatter.Instance.Text(text));
        }
        if (node is not IElement element) return; // Comments are not shown.
        var isVoid = element is IHtmlElement && element.Flags.HasFlag(NodeFlags.SelfClosing);
        writer.Write(HtmlFormatter.Instance.OpenTag(element, isVoid));
        if (isVoid) return;
        var isPreformatted = element is IHtmlElement && element.Flags.HasFlag(NodeFlags.LineTolerance);
        if (isPreformatted && element.FirstChild is IText { Data: ['\n', ..] }) writer.Write('\n');
        foreach (var child in Children(element)) Write(child, writer);
        writer.Write(HtmlFormatter.Instance.CloseTag(element, isVoid));
    }

    private static IHtmlElement Harmless(string html, int depth = 0)
    {
        var body = new HtmlParser().ParseDocument("<!DOCTYPE html><body>" + html).Body!;
        foreach (var element in Below(body))
        {
            if (Dropped.Contains(element.LocalName) || IsSpeculation(element)) element.Remove();
            else if (element.LocalName == "plaintext") Rename(element, "pre");
            else if (element.LocalName == "iframe") Frame(element, depth);
        }
        return body;
    }

    // No policy of a page forbids the requests that such a script names.
    private static bool IsSpeculation(IElement element) => element.LocalName == "script"
        && element.GetAttribute("type")?.Trim().Equals("speculationrules", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Leaves a frame only the document that it carries itself.</summary>
    private static void Frame(IElement frame, int depth)
    {
        if (frame.GetAttribute("srcdoc") is { } document && depth < DeepestFrame)
        {
            frame.SetAttribute("srcdoc", "<!DOCTYPE html>" + Write(Harmless(document, depth + 1).ChildNodes));
            frame.RemoveAttribute("src");
            return;
        }
        var note = frame.Owner!.CreateElement("small");
        note.ClassName = "note";
        note.TextContent = $"(This frame is not in the page, which loads nothing: {frame.GetAttribute("src")})";
        frame.Replace(note);
    }

    private static List<IElement> Below(INode root)
    {
        var elements = new List<IElement>();
        var ahead = new Stack<INode>([root]);
        while (ahead.TryPop(out var node))
        {
            foreach (var child in Children(node).OfType<IElement>())
            {
                elements.Add(child);
                ahead.Push(child);
            }
        }
        return elements;
    }

    private static INodeList Children(INode node) =>
        node is IHtmlTemplateElement template ? template.Content.ChildNodes : node.ChildNodes;

    private static void Embed(IHtmlImageElement image, Func<string, string> embed)
    {
        var url = image.GetAttribute("src") ?? "";
        image.RemoveAttribute("srcset");
        try
        {
            image.SetAttribute("src", embed(url));
        }
        catch (RenderException problem)
        {
            var link = image.Owner!.CreateElement(image.Closest("a") is null ? "a" : "span");
            if (link.LocalName == "a") link.SetAttribute("href", url);
            link.TextContent = image.AlternativeText is { Length: > 0 } text ? text : url;
            var note = image.Owner!.CreateElement("small");
            note.ClassName = "note";
            note.TextContent = $" (This image is not in the page, because {problem.Message}.)";
            image.Replace(link, note);
        }
    }

    private static void Rename(IElement element, string name)
    {
        var renamed = element.Owner!.CreateElement(name);
        renamed.Append([.. element.ChildNodes]);
        element.Replace(renamed);
    }

    private static HtmlSanitizer CreateSanitizer()
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedSchemes.Clear();
        sanitizer.AllowedSchemes.UnionWith(["http", "https", "mailto", "data"]);
        sanitizer.AllowedTags.ExceptWith(Tags);
        sanitizer.AllowedAttributes.ExceptWith(Attributes);
        sanitizer.AllowedAttributes.UnionWith(["class", "id", "role", "aria-label", "aria-hidden", PlaceAttribute]);
        sanitizer.AllowedCssProperties.ExceptWith(Properties);
        sanitizer.DisallowCssPropertyValue = Loads();
        sanitizer.FilterUrl += (_, url) =>
        {
            var isImage = url.OriginalUrl.TrimStart().StartsWith("data:image/", StringComparison.OrdinalIgnoreCase);
            if (url.Tag is IHtmlImageElement) url.SanitizedUrl = isImage ? url.OriginalUrl : null;
            else if (url.OriginalUrl.TrimStart().StartsWith("data:", StringComparison.OrdinalIgnoreCase))
                url.SanitizedUrl = null;
        };
        // The check boxes of a task list are the only inputs that text has.
        sanitizer.PostProcessNode += (_, processed) =>
        {
            if (processed.Node is not IHtmlInputElement input) return;
            if (input.Type == "checkbox") input.IsDisabled = true;
            else input.Remove();
        };
        return sanitizer;
    }

    [GeneratedRegex(@"url|image|expression|[<>@\\]", RegexOptions.IgnoreCase)]
    private static partial Regex Loads();
}
