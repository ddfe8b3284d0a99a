using System.Text;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Syntax;

namespace Adr.Kernel.Export;

/// <summary>
/// Writes a notebook as one Markdown file: text as it is, code and streams fenced, and pictures embedded.
/// </summary>
/// <remarks>
/// HTML outputs come without what would run or use the network: scripts, styles and event handlers. A value is written
/// in the first of these forms that it has: Markdown, a picture, HTML, LaTeX, JSON, plain text. Text that would reach
/// over the cells after it, as an open fence or comment does, is closed or fenced.
/// </remarks>
public static partial class MarkdownExporter
{
    private const string End = "the-end-of-the-text";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseMathematics().Build();
    private static readonly string[] Pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>The Markdown of a notebook.</summary>
    public static string Export(Notebook notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        var limits = new RenderLimits();
        var text = new StringBuilder();
        foreach (var cell in notebook.Cells)
        {
            if (cell.Kind == CellKind.Markdown) Add(text, Closed(cell.Source, limits));
            else if (cell.Kind == CellKind.Code) Code(cell, text, limits);
            else Add(text, Fence(cell.Source, ""));
        }
        return text.ToString();
    }

    /// <summary>
    /// Writes the Markdown of a notebook. At any time, the file is either the old one or the new one.
    /// </summary>
    public static void Save(Notebook notebook, string path) =>
        AtomicFile.Write(path, Export(notebook));

    private static void Add(StringBuilder text, string part)
    {
        if (string.IsNullOrWhiteSpace(part)) return;
        if (text.Length > 0) text.Append('\n');
        text.Append(part.TrimEnd('\n')).Append('\n');
    }

    private static void Code(Cell cell, StringBuilder text, RenderLimits limits)
    {
        if (!cell.HasTag("remove-input") && !string.IsNullOrWhiteSpace(cell.Source))
            Add(text, Fence(cell.Source, cell.KernelName ?? "csharp"));
        if (cell.HasTag("remove-output")) return;
        foreach (var output in cell.ShownOutputs)
        {
            Add(text, output.Type switch
            {
                "stream" => Terminal(output.StreamText),
                "error" when output.Traceback.Count > 0 => Terminal(string.Join('\n', output.Traceback)),
                "error" => Terminal($"{output.ErrorName}: {output.ErrorValue}"),
                _ => Data(output, limits),
            });
        }
    }

    private static string Data(Output output, RenderLimits limits)
    {
        var note = "";
        try
        {
            if (Richest(output, limits) is { } rich) return rich;
        }
        catch (RenderException problem)
        {
            note = $"[This output is shown as text, because {problem.Message}.]\n";
        }
        if (output.Data("text/plain") is { } plain) return Terminal(note + plain);
        var types = string.Join(", ", output.MimeTypes);
        return Terminal($"{note}[This output cannot be shown here: {(types.Length > 0 ? types : output.Type)}]");
    }

    private static string? Richest(Output output, RenderLimits limits)
    {
        if (output.Data("text/markdown") is { } markdown) return Closed(markdown, limits);
        foreach (var type in Pictures)
        {
            if (output.Data(type) is not { } picture) continue;
            var isSvg = type == "image/svg+xml";
            var data = isSvg ? Convert.ToBase64String(Encoding.UTF8.GetBytes(picture)) : picture;
            var alternative = Html.Escape(output.Data("text/plain")).ReplaceLineEndings(" ");
            return $"<img alt=\"{alternative}\" src=\"{NotebookImages.DataUrl(type, data)}\">";
        }
        if (output.Data("text/html") is { } html && limits.Run(() => Static(html)) is { Length: > 0 } safe)
            return $"<div>\n{safe}\n</div>"; // Markdown is not looked for in a block of HTML.
        if (output.Data("text/latex") is { } latex) return Closed(latex, limits);
        return output.Data("text/plain") is null && output.Value("application/json") is { } json
            ? Fence(limits.Run(() => NotebookJson.Readable(json)), "json")
            : null;
    }

    /// <summary>HTML without anything that runs or uses the network; empty if nothing visible is left.</summary>
    internal static string Static(string html) =>
        EmptyLines().Replace(SafeHtml.Sanitized(html), "\n").Trim(); // An empty line would end the HTML.

    /// <summary>Markdown after which other Markdown begins anew.</summary>
    private static string Closed(string markdown, RenderLimits limits)
    {
        if (string.IsNullOrWhiteSpace(markdown)) return "";
        try
        {
            return limits.Run(() => IsClosed(markdown)) ? markdown : Closing(markdown, limits);
        }
        catch (RenderException problem)
        {
            return Fence($"[This text is shown as it was written, because {problem.Message}.]\n{markdown}", "text");
        }
    }

    private static string Closing(string markdown, RenderLimits limits)
    {
        var last = limits.Run(() => Markdown.Parse(markdown, Pipeline).LastOrDefault());
        if (last is FencedCodeBlock fence and not MathBlock)
        {
            var closed = $"{markdown.TrimEnd('\n')}\n{new string(fence.FencedChar, fence.OpeningFencedCharCount)}";
            if (limits.Run(() => IsClosed(closed))) return closed;
        }
        throw new RenderException("it would reach over the text after it");
    }

    /// <summary>Whether a paragraph after the text is a paragraph, and not a part of the text.</summary>
    private static bool IsClosed(string markdown)
    {
        var document = Markdown.Parse($"{markdown.TrimEnd('\n')}\n\n{End}\n", Pipeline);
        return document.LastChild is ParagraphBlock { Inline.FirstChild: { } inline } && inline.ToString() == End;
    }

    private static string Terminal(string text) => Fence(AnsiText.ToPlain(text), "text");

    /// <summary>Text in a fence that is longer than any fence in it.</summary>
    private static string Fence(string text, string language)
    {
        if (text.Length == 0) return "";
        var longest = Ticks().Matches(text).Select(match => match.Length).DefaultIfEmpty().Max();
        var ticks = new string('`', Math.Max(3, longest + 1));
        return $"{ticks}{NotOfNames().Replace(language, "")}\n{text.TrimEnd('\n')}\n{ticks}";
    }

    [GeneratedRegex(@"[\r\n]\s*[\r\n]+")]
    private static partial Regex EmptyLines();

    [GeneratedRegex("`{3,}")]
    private static partial Regex Ticks();

    // A language comes from the metadata of a cell, which anybody may have written.
    [GeneratedRegex(@"[^\w#+.-]")]
    private static partial Regex NotOfNames();
}
