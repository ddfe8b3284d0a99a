using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Adr.Kernel.Export;

/// <summary>
/// Converts Markdown to HTML, with tables, formulas, highlighted C#, embedded images, and headings that have ids.
/// </summary>
internal sealed class MarkdownRenderer(string? sourceFolder)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseAdvancedExtensions().Build();
    private readonly MathRenderer math = new();
    private readonly HashSet<string> ids = [];
    private readonly List<(int Level, string Id, string Text)> contents = [];

    /// <summary>Whether a formula has been rendered.</summary>
    internal bool UsedMath => math.Used;

    /// <summary>The headings so far, with level (1 to 6), id and text.</summary>
    internal IReadOnlyList<(int Level, string Id, string Text)> Contents => contents;

    /// <summary>The style that formulas need.</summary>
    internal string MathStyle() => math.Style();

    /// <summary>Converts Markdown to HTML.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="attachments">The attachments of the cell by name; null if there are none.</param>
    internal string ToHtml(string markdown, JsonObject? attachments = null)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>()) SetId(heading);
        foreach (var image in document.Descendants<LinkInline>().Where(link => link.IsImage).ToList())
            Embed(image, attachments);
        var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new FormulaInline(math));
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new FormulaBlock(math));
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new Code());
        renderer.Render(document);
        return writer.ToString();
    }

    /// <summary>Gives a heading an id that is unique on the page.</summary>
    private void SetId(HeadingBlock heading)
    {
        var text = heading.Inline is null ? "" : PlainText(heading.Inline).Trim();
        var words = new string([.. text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ')]);
        var slug = string.Join('-', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (slug.Length == 0) slug = "section";
        var id = slug;
        for (var n = 2; !ids.Add(id); n++) id = $"{slug}-{n}";
        heading.GetAttributes().Id = id;
        contents.Add((heading.Level, id, text));
    }

    private static string PlainText(ContainerInline inline) => string.Concat(inline.Select(part => part switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        MathInline math => math.Content.ToString(),
        ContainerInline container => PlainText(container),
        _ => "",
    }));

    /// <summary>
    /// Embeds an image in the page. If it is not available, it becomes a link, because the page loads nothing.
    /// </summary>
    private void Embed(LinkInline image, JsonObject? attachments)
    {
        var url = image.Url ?? "";
        if (url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)) return;
        if (Attached(url, attachments) is { } attached) image.Url = attached;
        else if (FromFolder(url) is { } local) image.Url = local;
        else
        {
            image.IsImage = false;
            if (image.FirstChild is null) image.AppendChild(new LiteralInline(url));
        }
    }

    private static string? Attached(string url, JsonObject? attachments)
    {
        const string Scheme = "attachment:";
        if (!url.StartsWith(Scheme, StringComparison.Ordinal)) return null;
        var name = Uri.UnescapeDataString(url[Scheme.Length..]);
        if (attachments?[name] is not JsonObject { Count: > 0 } bundle) return null;
        var (mimeType, value) = bundle.First();
        return Multiline.Join(value) is { } data ? $"data:{mimeType};base64,{data.ReplaceLineEndings("")}" : null;
    }

    private string? FromFolder(string url)
    {
        if (sourceFolder is null || url.Length == 0 || url.Contains(':') || Path.IsPathRooted(url)) return null;
        var path = Path.Combine(sourceFolder, Uri.UnescapeDataString(url));
        var mimeType = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            ".gif" => "image/gif",
            ".webp" => "image/webp",
            ".svg" => "image/svg+xml",
            _ => null,
        };
        if (mimeType is null || !File.Exists(path)) return null;
        return $"data:{mimeType};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}";
    }

    private sealed class FormulaInline(MathRenderer math) : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline formula) =>
            renderer.Write(math.Render(formula.Content.ToString(), display: formula.DelimiterCount > 1));
    }

    private sealed class FormulaBlock(MathRenderer math) : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock formula) =>
            renderer.Write(math.Render(formula.Lines.ToString(), display: true));
    }

    private sealed class Code : CodeBlockRenderer
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            var language = (block as FencedCodeBlock)?.Info ?? "";
            if (language is not ("csharp" or "cs" or "c#" or "C#"))
            {
                base.Write(renderer, block);
                return;
            }
            var code = CodeHighlighter.Highlight(block.Lines.ToString());
            renderer.Write($"<pre><code class=\"csharp\">{code}</code></pre>\n");
        }
    }
}
