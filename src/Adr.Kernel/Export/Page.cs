using System.Text;

namespace Adr.Kernel.Export;

/// <summary>Writes the page around the cells: head, style, table of contents and scripts.</summary>
internal static class Page
{
    private const int FewestSections = 4; // for a table of contents

    internal sealed record Content(
        string Title, string Body, IReadOnlyList<(int Level, string Id, string Text)> Headings, bool HasCode,
        string MathStyle, bool Plotly, bool Scripts);

    internal static string Write(Content content)
    {
        var page = new StringBuilder();
        var scriptSource = content.Scripts ? "'unsafe-inline'" : "'none'";
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append("<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Append("<meta http-equiv=\"x-dns-prefetch-control\" content=\"off\">\n"); // no look-ups of links' hosts
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
        page.Append($"script-src {scriptSource}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; ");
        page.Append("media-src data:; form-action 'none'; base-uri 'none'\">\n");
        page.Append($"<title>{Html.Escape(content.Title)}</title>\n<style>\n{Assets.Text("page.css")}</style>\n");
        if (content.MathStyle.Length > 0) page.Append($"<style>\n{content.MathStyle}</style>\n");
        page.Append("</head>\n<body>\n");
        if (content.Scripts && content.HasCode)
            page.Append("<button id=\"fold\" type=\"button\" hidden>Hide code</button>\n");
        Contents(content.Headings, page);
        // Before the outputs, because their own scripts may use it.
        if (content.Plotly) page.Append(Html.Script(Assets.Text("plotly-cartesian.min.js"))).Append('\n');
        page.Append($"<main>\n{content.Body}</main>\n");
        if (content.Scripts) page.Append(Html.Script(Assets.Text("page.js"))).Append('\n');
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Contents(IReadOnlyList<(int Level, string Id, string Text)> headings, StringBuilder page)
    {
        var sections = headings.Where(heading => heading.Level == 2).ToArray();
        if (sections.Length < FewestSections) return;
        page.Append("<nav aria-label=\"Contents\"><ol>\n");
        foreach (var (_, id, text) in sections)
            page.Append($"<li><a href=\"#{Html.Escape(id)}\">{Html.Escape(text)}</a></li>\n");
        page.Append("</ol></nav>\n");
    }
}
