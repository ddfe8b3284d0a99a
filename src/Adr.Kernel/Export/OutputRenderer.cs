using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Writes the outputs of cells as HTML, each in the richest form that works without a network.</summary>
internal sealed partial class OutputRenderer(MarkdownRenderer markdown, bool scripts)
{
    private const string Plotly = "application/vnd.plotly.v1+json", Svg = "image/svg+xml";
    private const int LongStream = 40; // lines; a longer stream is folded
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Whether an output needs plotly.js.</summary>
    internal bool NeedsPlotly { get; private set; }

    /// <summary>Writes outputs in order.</summary>
    internal void Render(IReadOnlyList<Output> outputs, StringBuilder html)
    {
        foreach (var output in outputs)
        {
            html.Append(output.Type switch
            {
                "stream" => Stream(output.StreamName, output.StreamText),
                "error" => Error(output),
                _ => $"<div class=\"output\">{Data(output)}</div>\n",
            });
        }
    }

    private static string Stream(string name, string text)
    {
        var shown = AnsiText.ToHtml(text.TrimEnd('\n'));
        if (shown.Length == 0) return "";
        var (kind, title) = name == "stderr" ? ("stream stderr", "error output") : ("stream", "output");
        var lines = shown.Count(c => c == '\n') + 1;
        return lines <= LongStream
            ? $"<pre class=\"{kind}\">{shown}</pre>\n"
            : $"<details class=\"{kind}\"><summary>{lines} lines of {title}</summary><pre>{shown}</pre></details>\n";
    }

    private static string Error(Output output)
    {
        var trace = string.Join('\n', output.Traceback).Trim('\n');
        var heading = output.ErrorValue.Split('\n')[0];
        var details = trace.Length > 0 ? $"<pre>{AnsiText.ToHtml(trace)}</pre>"
            : output.ErrorValue.Contains('\n') ? $"<pre>{Html.Escape(output.ErrorValue)}</pre>"
            : "";
        return "<div class=\"error\" role=\"alert\"><div class=\"what\">"
            + $"<strong>{Html.Escape(output.ErrorName)}</strong>: {Html.Escape(heading)}</div>{details}</div>\n";
    }

    private string Data(Output output)
    {
        if (output.Value(Plotly) is JsonObject figure && figure["data"] is JsonArray) return Figure(output, figure);
        // Preferred to the HTML that was made of it, because this page renders its formulas.
        if (output.Data("text/markdown") is { } text) return markdown.ToHtml(text);
        if (output.Data("text/html") is { } html)
        {
            if (UsesPlotly().IsMatch(html)) NeedsPlotly = true;
            return html;
        }
        if (Picture(output) is { } picture) return picture;
        if (output.Data("text/latex") is { } latex) return markdown.ToHtml(latex);
        if (output.Value("application/json") is { } json)
            return $"<pre>{Html.Escape(json.ToJsonString(Indented))}</pre>";
        if (scripts && output.Data("application/javascript") is { } script) return Html.Script(script);
        if (Plain(output) is { } plain) return plain;
        var types = string.Join(", ", output.MimeTypes);
        var kind = Html.Escape(types.Length > 0 ? types : output.Type);
        return $"<p class=\"unknown\">This page cannot show an output of this kind: {kind}.</p>";
    }

    /// <summary>
    /// The static form of a plotly figure. The page's script replaces it if plotly can draw the figure.
    /// </summary>
    private string Figure(Output output, JsonObject figure)
    {
        var html = output.Data("text/html");
        var fixedForm = Picture(output)
            ?? (html is not null && !UsesPlotly().IsMatch(html) ? html : null)
            ?? Plain(output) ?? "";
        if (!scripts) return $"<div class=\"figure\">{fixedForm}</div>";
        NeedsPlotly = true;
        var data = Html.JsonAttribute(NotebookJson.Compact(figure));
        return $"<div class=\"figure\" data-plotly='{data}'><div class=\"static\">{fixedForm}</div></div>";
    }

    private static string? Plain(Output output) =>
        output.Data("text/plain") is { } text ? $"<pre class=\"plain\">{AnsiText.ToHtml(text)}</pre>" : null;

    private static string? Picture(Output output)
    {
        // Inline, so that the picture can take the text colour of the page.
        if (output.Data(Svg) is { } svg) return Prolog().Replace(svg, "");
        foreach (var type in Pictures)
        {
            if (output.Data(type) is not { } data) continue;
            var alternative = Html.Escape(output.Data("text/plain"));
            return $"<img alt=\"{alternative}\" src=\"data:{type};base64,{Html.Escape(data.ReplaceLineEndings(""))}\">";
        }
        return null;
    }

    [GeneratedRegex(@"\bPlotly\b")]
    private static partial Regex UsesPlotly();

    [GeneratedRegex(@"^\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE[^>]*>\s*)?")]
    private static partial Regex Prolog();
}
