using System.Text;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;
using Ganss.Xss;

namespace Adr.Kernel.Export;

/// <summary>
/// Writes a notebook as one Markdown file: text as it is, code and streams fenced, and pictures embedded.
/// </summary>
/// <remarks>
/// Nothing in the file runs: scripts, styles and event handlers are removed from HTML outputs. A value is written in
/// the first of these forms that it has: Markdown, a picture, HTML, LaTeX, plain text.
/// </remarks>
public static partial class MarkdownExporter
{
    private static readonly HtmlSanitizer Sanitizer = CreateSanitizer();
    private static readonly string[] Pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>The Markdown of a notebook.</summary>
    public static string Export(Notebook notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        var text = new StringBuilder();
        foreach (var cell in notebook.Cells)
        {
            if (cell.Kind == CellKind.Markdown) Add(text, cell.Source);
            else if (cell.Kind == CellKind.Code) Code(cell, text);
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

    private static void Code(Cell cell, StringBuilder text)
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
                _ => Data(output),
            });
        }
    }

    private static string Data(Output output)
    {
        if (output.Data("text/markdown") is { } markdown) return markdown;
        foreach (var type in Pictures)
        {
            if (output.Data(type) is not { } picture) continue;
            var isSvg = type == "image/svg+xml";
            var data = isSvg ? Convert.ToBase64String(Encoding.UTF8.GetBytes(picture)) : picture.ReplaceLineEndings("");
            var alternative = Html.Escape(output.Data("text/plain")).ReplaceLineEndings(" ");
            return $"<img alt=\"{alternative}\" src=\"data:{type};base64,{Html.Escape(data)}\">";
        }
        if (output.Data("text/html") is { } html && Static(html) is { Length: > 0 } safe) return safe;
        if (output.Data("text/latex") is { } latex) return latex;
        return output.Data("text/plain") is { } plain ? Terminal(plain) : "";
    }

    /// <summary>HTML without anything that runs or uses the network; empty if nothing visible is left.</summary>
    internal static string Static(string html)
    {
        var kept = Sanitizer.Sanitize(html);
        var isVisible = Tags().Replace(kept, "").Trim().Length > 0 || kept.Contains("<img", StringComparison.Ordinal);
        // In Markdown, an empty line would end the HTML.
        return isVisible ? EmptyLines().Replace(kept, "\n").Trim() : "";
    }

    private static string Terminal(string text) => Fence(AnsiText.ToPlain(text), "text");

    private static HtmlSanitizer CreateSanitizer()
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedSchemes.Clear();
        foreach (var scheme in new[] { "http", "https", "mailto", "data" }) sanitizer.AllowedSchemes.Add(scheme);
        foreach (var tag in new[] { "form", "input", "button", "select", "textarea", "style" })
            sanitizer.AllowedTags.Remove(tag);
        return sanitizer;
    }

    /// <summary>Text in a fence that is longer than any fence in it.</summary>
    private static string Fence(string text, string language)
    {
        if (text.Length == 0) return "";
        var longest = Ticks().Matches(text).Select(match => match.Length).DefaultIfEmpty().Max();
        var ticks = new string('`', Math.Max(3, longest + 1));
        return $"{ticks}{language}\n{text.TrimEnd('\n')}\n{ticks}";
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\n\s*\n+")]
    private static partial Regex EmptyLines();

    [GeneratedRegex("`{3,}")]
    private static partial Regex Ticks();
}
