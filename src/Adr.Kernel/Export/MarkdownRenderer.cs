using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.MediaLinks;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Adr.Kernel.Export;

/// <summary>
/// Converts Markdown to HTML, with tables, formulas, highlighted C#, embedded images, and headings that have ids.
/// </summary>
/// <remarks>
/// Markdown is text: HTML in it is sanitised. Formulas and C#, which this library renders itself, take their places in
/// the sanitised HTML. What cannot be rendered is shown as it was written, and a note says why.
/// </remarks>
internal sealed partial class MarkdownRenderer(string? sourceFolder, RenderLimits limits)
{
    private static readonly MarkdownPipeline Pipeline = CreatePipeline();
    private readonly NotebookImages images = new(sourceFolder);
    private readonly MathRenderer math = new(limits);
    private readonly Dictionary<string, int> ids = [];
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
        try
        {
            if (markdown.Length > RenderLimits.LongestText) throw new RenderException("it is too large for a page");
            var pieces = new Pieces();
            var (html, headings) = limits.Run(() => Render(markdown, attachments, pieces));
            contents.AddRange(headings);
            return pieces.Fill(html, piece => piece.Kind == PieceKind.Code
                ? CodeHighlighter.Highlight(piece.Source, limits)
                : math.Render(piece.Source, piece.Kind == PieceKind.Display));
        }
        catch (RenderException problem)
        {
            return Html.Note($"This text is shown as it was written, because {problem.Message}.")
                + $"<pre class=\"plain\">{Html.Escape(Html.Shortened(markdown))}</pre>\n";
        }
    }

    private (string Html, List<(int Level, string Id, string Text)> Headings) Render(
        string markdown, JsonObject? attachments, Pieces pieces)
    {
        var document = Markdown.Parse(WithFormulasOnOneLine(markdown), Pipeline);
        var headings = document.Descendants<HeadingBlock>().Select(SetId).ToList();
        var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new FormulaInline(pieces));
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new FormulaBlock(pieces));
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new Code(pieces));
        renderer.Render(document);
        var page = SafeHtml.Parse(writer.ToString());
        var gone = SafeHtml.Sanitize(page, url => images.Embed(url, attachments));
        foreach (var place in page.QuerySelectorAll($"[{SafeHtml.PlaceAttribute}]")) pieces.Mark(place);
        var note = gone.Count == 0 ? ""
            : Html.Note($"HTML that text cannot have was left out: {string.Join(", ", gone)}.");
        return (SafeHtml.Write(page.Body!.ChildNodes) + note, headings);
    }

    /// <summary>Gives a heading an id that is unique on the page.</summary>
    private (int Level, string Id, string Text) SetId(HeadingBlock heading)
    {
        var text = heading.Inline is null ? "" : PlainText(heading.Inline).Trim();
        var words = new string([.. text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ')]);
        var slug = string.Join('-', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (slug.Length == 0) slug = "section";
        var id = slug;
        while (!ids.TryAdd(id, 1)) id = $"{slug}-{++ids[slug]}";
        heading.GetAttributes().Id = id;
        return (heading.Level, id, text);
    }

    private static string PlainText(ContainerInline inline) => string.Concat(inline.Select(part => part switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        MathInline math => math.Content.ToString(),
        ContainerInline container => PlainText(container),
        _ => "",
    }));

    // Jupyter knows a formula of several lines by its $$ alone, Markdig only one whose $$ stand on lines of their own.
    private static string WithFormulasOnOneLine(string markdown)
    {
        var text = new StringBuilder();
        var (fence, isFormula, isFirst) = ("", false, true);
        foreach (var line in markdown.Split('\n'))
        {
            var start = line.Trim();
            isFormula &= start.Length > 0;
            if (!isFormula) text.Append(isFirst ? "" : "\n").Append(line);
            else text.Append(text[^1] == '$' || start[0] == '$' ? "" : " ").Append(start);
            isFirst = false;
            if (fence.Length > 0) fence = start.StartsWith(fence, StringComparison.Ordinal) ? "" : fence;
            else if (Fence().Match(start) is { Length: > 0 } opens && !isFormula) fence = opens.Value;
            else if (line.Split("$$").Length % 2 == 0) isFormula = !isFormula;
        }
        return text.ToString();
    }

    [GeneratedRegex(@"^(```+|~~~+)")]
    private static partial Regex Fence();

    private static MarkdownPipeline CreatePipeline()
    {
        var builder = new MarkdownPipelineBuilder().UseAdvancedExtensions();
        builder.Extensions.TryRemove<MediaLinkExtension>(); // A page loads no film.
        return builder.Build();
    }

    private enum PieceKind { Inline, Display, Code }

    /// <summary>What is rendered apart from the Markdown around it, in which places are left for it.</summary>
    private sealed class Pieces
    {
        private readonly List<(PieceKind Kind, string Source)> pieces = [];
        private readonly string secret = Guid.NewGuid().ToString("N"); // No text can name a place.

        /// <summary>Leaves a place for a piece.</summary>
        internal string Place(PieceKind kind, string source)
        {
            pieces.Add((kind, source));
            return $"<span {SafeHtml.PlaceAttribute}=\"{secret}-{pieces.Count - 1}\"></span>";
        }

        /// <summary>Replaces an element that <see cref="Place"/> wrote by text that <see cref="Fill"/> finds.</summary>
        internal void Mark(IElement place)
        {
            var mark = place.GetAttribute(SafeHtml.PlaceAttribute)!;
            if (!mark.StartsWith(secret, StringComparison.Ordinal)) place.RemoveAttribute(SafeHtml.PlaceAttribute);
            else place.Replace(place.Owner!.CreateTextNode(mark + ";"));
        }

        internal string Fill(string html, Func<(PieceKind Kind, string Source), string> render) => Regex.Replace(
            html, secret + "-([0-9]+);", mark => render(pieces[int.Parse(mark.Groups[1].ValueSpan)]));
    }

    private sealed class FormulaInline(Pieces pieces) : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline formula)
        {
            var kind = formula.DelimiterCount > 1 ? PieceKind.Display : PieceKind.Inline;
            if (renderer.EnableHtmlForInline) renderer.Write(pieces.Place(kind, formula.Content.ToString()));
            else renderer.WriteEscape(formula.Content); // in the alternative text of an image
        }
    }

    private sealed class FormulaBlock(Pieces pieces) : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock formula) =>
            renderer.Write(pieces.Place(PieceKind.Display, formula.Lines.ToString()));
    }

    private sealed class Code(Pieces pieces) : CodeBlockRenderer
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            var language = (block as FencedCodeBlock)?.Info ?? "";
            if (language is not ("csharp" or "cs" or "c#" or "C#"))
            {
                base.Write(renderer, block);
                return;
            }
            var code = pieces.Place(PieceKind.Code, block.Lines.ToString());
            renderer.Write($"<pre><code class=\"csharp\">{code}</code></pre>\n");
        }
    }
}
