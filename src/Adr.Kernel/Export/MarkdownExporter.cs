using System.Text;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;
using Ganss.Xss;

namespace Adr.Kernel.Export;

/// <summary>Writes a notebook as one Markdown file: text as it is, code and streams fenced, pictures inside it as data.</summary>
/// <remarks>Nothing in the file runs: scripts, styles and what waits for events are taken out of HTML outputs. Of a value the first form is taken that Markdown can show:
/// Markdown, a picture, HTML, LaTeX, plain text.</remarks>
public static partial class MarkdownExporter
{
    private static readonly HtmlSanitizer Sanitizer = StaticOnly();
    private static readonly string[] Pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>The notebook's Markdown.</summary>
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

    /// <summary>Writes the notebook's Markdown; the file is the old one or the new one, never half.</summary>
    public static void Save(Notebook notebook, string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(Export(notebook)));

    private static void Add(StringBuilder text, string part)
    {
        if (string.IsNullOrWhiteSpace(part)) return;
        if (text.Length > 0) text.Append('\n');
        text.Append(part.TrimEnd('\n')).Append('\n');
    }

    private static void Code(Cell cell, StringBuilder text)
    {
        if (!cell.HasTag("remove-input")) Add(text, string.IsNullOrWhiteSpace(cell.Source) ? "" : Fence(cell.Source, cell.KernelName ?? "csharp"));
        if (cell.HasTag("remove-output")) return;
        foreach (var output in cell.ShownOutputs)
        {
            Add(text, output.Type switch
            {
                "stream" => Terminal(output.StreamText),
                "error" => Terminal(output.Traceback.Count > 0 ? string.Join('\n', output.Traceback) : $"{output.ErrorName}: {output.ErrorValue}"),
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
            var data = type == "image/svg+xml" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(picture)) : picture.ReplaceLineEndings("");
            return $"<img alt=\"{Html.Escape(output.Data("text/plain")).ReplaceLineEndings(" ")}\" src=\"data:{type};base64,{Html.Escape(data)}\">";
        }
        if (output.Data("text/html") is { } html && Static(html) is { Length: > 0 } safe) return safe;
        if (output.Data("text/latex") is { } latex) return latex;
        return output.Data("text/plain") is { } plain ? Terminal(plain) : "";
    }

    /// <summary>HTML without whatever runs or asks the network; empty where nothing is left to see.</summary>
    private static string Static(string html)
    {
        var kept = Sanitizer.Sanitize(html);
        // An empty line would end the HTML for a reader of Markdown.
        return Tags().Replace(kept, "").Trim().Length == 0 && !kept.Contains("<img", StringComparison.Ordinal) ? "" : EmptyLines().Replace(kept, "\n").Trim();
    }

    private static string Terminal(string text) => Fence(AnsiText.ToPlain(text), "text");

    private static HtmlSanitizer StaticOnly()
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedSchemes.Clear();
        foreach (var scheme in new[] { "http", "https", "mailto", "data" }) sanitizer.AllowedSchemes.Add(scheme);
        foreach (var form in new[] { "form", "input", "button", "select", "textarea" }) sanitizer.AllowedTags.Remove(form);
        sanitizer.AllowedTags.Remove("style");
        return sanitizer;
    }

    /// <summary>A fence longer than any in the text.</summary>
    private static string Fence(string text, string language)
    {
        var ticks = new string('`', Math.Max(3, Ticks().Matches(text).Select(match => match.Length).DefaultIfEmpty().Max() + 1));
        return text.Length == 0 ? "" : $"{ticks}{language}\n{text.TrimEnd('\n')}\n{ticks}";
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\n\s*\n+")]
    private static partial Regex EmptyLines();

    [GeneratedRegex("`{3,}")]
    private static partial Regex Ticks();
}
