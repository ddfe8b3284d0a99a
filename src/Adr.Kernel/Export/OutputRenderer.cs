using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Outputs of a cell as HTML: of each the richest form that works without a network.</summary>
internal sealed partial class OutputRenderer(MarkdownRenderer markdown, bool scripts)
{
    private const string Plotly = "application/vnd.plotly.v1+json", Svg = "image/svg+xml";
    private const int LongStream = 40; // lines; more is folded
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>True once an output needs plotly.js.</summary>
    internal bool NeedsPlotly { get; private set; }

    /// <summary>Writes the outputs in order.</summary>
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
        var kind = name == "stderr" ? "stream stderr" : "stream";
        var lines = shown.Count(c => c == '\n') + 1;
        if (lines <= LongStream) return $"<pre class=\"{kind}\">{shown}</pre>\n";
        return $"<details class=\"{kind}\"><summary>{lines} lines of {(name == "stderr" ? "error output" : "output")}</summary><pre>{shown}</pre></details>\n";
    }

    private static string Error(Output output)
    {
        var trace = string.Join('\n', output.Traceback).Trim('\n');
        var heading = output.ErrorValue.Split('\n')[0];
        return $"<div class=\"error\" role=\"alert\"><div class=\"what\"><strong>{Html.Escape(output.ErrorName)}</strong>: {Html.Escape(heading)}</div>"
            + (trace.Length > 0 ? $"<pre>{AnsiText.ToHtml(trace)}</pre>" : output.ErrorValue.Contains('\n') ? $"<pre>{Html.Escape(output.ErrorValue)}</pre>" : "")
            + "</div>\n";
    }

    private string Data(Output output)
    {
        if (output.Value(Plotly) is JsonObject figure && figure["data"] is JsonArray) return Figure(output, figure);
        // Before HTML that was made of it: this page renders its formulas.
        if (output.Data("text/markdown") is { } text) return markdown.ToHtml(text);
        if (output.Data("text/html") is { } html)
        {
            if (UsesPlotly().IsMatch(html)) NeedsPlotly = true;
            return html;
        }
        if (Picture(output) is { } picture) return picture;
        if (output.Data("text/latex") is { } latex) return markdown.ToHtml(latex);
        if (output.Value("application/json") is { } json) return $"<pre>{Html.Escape(json.ToJsonString(Indented))}</pre>";
        if (scripts && output.Data("application/javascript") is { } script) return Html.Script(script);
        if (output.Data("text/plain") is { } plain) return $"<pre class=\"plain\">{AnsiText.ToHtml(plain)}</pre>";
        var offered = string.Join(", ", output.MimeTypes);
        return $"<p class=\"unknown\">An output of a kind this page cannot show: {Html.Escape(offered.Length > 0 ? offered : output.Type)}.</p>";
    }

    /// <summary>A plotly figure: its static form, which the page's script replaces where plotly can draw it.</summary>
    private string Figure(Output output, JsonObject figure)
    {
        var fixedForm = Picture(output)
            ?? (output.Data("text/html") is { } html && !UsesPlotly().IsMatch(html) ? html : null)
            ?? (output.Data("text/plain") is { } plain ? $"<pre class=\"plain\">{AnsiText.ToHtml(plain)}</pre>" : "");
        if (!scripts) return $"<div class=\"figure\">{fixedForm}</div>";
        NeedsPlotly = true;
        return $"<div class=\"figure\" data-plotly='{Html.JsonAttribute(NotebookJson.Compact(figure))}'><div class=\"static\">{fixedForm}</div></div>";
    }

    private static string? Picture(Output output)
    {
        // inline, so that a picture may take the page's ink
        if (output.Data(Svg) is { } svg) return Prolog().Replace(svg, "");
        foreach (var mimeType in Pictures)
            if (output.Data(mimeType) is { } data) return $"<img alt=\"{Html.Escape(output.Data("text/plain"))}\" src=\"data:{mimeType};base64,{Html.Escape(data.ReplaceLineEndings(""))}\">";
        return null;
    }

    [GeneratedRegex(@"\bPlotly\b")]
    private static partial Regex UsesPlotly();

    [GeneratedRegex(@"^\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE[^>]*>\s*)?")]
    private static partial Regex Prolog();
}
