using System.Text;

namespace Adr.Kernel.Export;

/// <summary>The page around the cells: head, style, contents, scripts.</summary>
internal static class Page
{
    private const int FewestForContents = 4; // sections

    internal sealed record Content(
        string Title, string Body, IReadOnlyList<(int Level, string Id, string Text)> Headings, bool HasCode,
        string MathStyle, bool Plotly, bool Scripts, string? Footer);

    internal static string Write(Content content)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {(content.Scripts ? "'unsafe-inline'" : "'none'")}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:; form-action 'none'; base-uri 'none'\">\n");
        page.Append($"<title>{Html.Escape(content.Title)}</title>\n<style>\n{Assets.Text("page.css")}</style>\n");
        if (content.MathStyle.Length > 0) page.Append($"<style>\n{content.MathStyle}</style>\n");
        page.Append("</head>\n<body>\n");
        if (content.Scripts && content.HasCode) page.Append("<button id=\"fold\" type=\"button\" hidden>Hide code</button>\n");
        Contents(content.Headings, page);
        // Before the outputs, whose own scripts may draw with it.
        if (content.Plotly) page.Append(Html.Script(Assets.Text("plotly-basic.min.js"))).Append('\n');
        page.Append($"<main>\n{content.Body}</main>\n");
        if (!string.IsNullOrEmpty(content.Footer)) page.Append($"<footer>{Html.Escape(content.Footer)}</footer>\n");
        if (content.Scripts) page.Append(Html.Script(Assets.Text("page.js"))).Append('\n');
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Contents(IReadOnlyList<(int Level, string Id, string Text)> headings, StringBuilder page)
    {
        var sections = headings.Where(heading => heading.Level == 2).ToArray();
        if (sections.Length < FewestForContents) return;
        page.Append("<nav aria-label=\"Contents\"><ol>\n");
        foreach (var (_, id, text) in sections) page.Append($"<li><a href=\"#{Html.Escape(id)}\">{Html.Escape(text)}</a></li>\n");
        page.Append("</ol></nav>\n");
    }
}
