using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Adr.Kernel.Tests.Export;

/// <summary>What in a page would run, send a request or lead away from it without a click.</summary>
internal static class Threats
{
    private const string Elements =
        "script, iframe, frame, frameset, object, embed, applet, meta, base, link, form, button, textarea, select, " +
        "style, svg script, foreignObject, animate, set, audio, video, source, track, portal, template, noscript";

    private static readonly string[] Loading =
    [
        "src", "srcset", "srcdoc", "data", "poster", "background", "action", "formaction", "ping", "href", "xlink:href",
    ];

    internal static List<string> In(IParentNode page) =>
    [
        .. page.QuerySelectorAll(Elements).Select(element => $"<{element.LocalName}>"),
        .. page.QuerySelectorAll("*").SelectMany(element => element.Attributes.Where(one => IsThreat(element, one)),
            (element, attribute) => $"{element.LocalName} {attribute.Name}={attribute.Value}"),
    ];

    private static bool IsThreat(IElement element, IAttr attribute)
    {
        var value = string.Concat(attribute.Value.Where(c => c > ' ')).ToLowerInvariant();
        if (attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase)) return true;
        if (attribute.Name == "style")
            return Regex.IsMatch(value, @"url\(|image-set|expression|[\\@]|(^|;)position:");
        if (!Loading.Contains(attribute.Name.ToLowerInvariant())) return false;
        if (value.StartsWith("data:image/", StringComparison.Ordinal)) return element is not IHtmlImageElement;
        var isLink = element is IHtmlAnchorElement or IHtmlAreaElement && attribute.Name == "href";
        var colon = value.IndexOf(':');
        var isRelative = colon < 0 || value.IndexOfAny(['/', '?', '#']) is >= 0 and var mark && mark < colon;
        return !isLink || !(isRelative || new[] { "http:", "https:", "mailto:" }.Any(value.StartsWith));
    }
}
