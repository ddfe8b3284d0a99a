using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Writes the outputs of cells as HTML, each in the richest form that works without a network.</summary>
/// <remarks>
/// What a library cannot render, and what is too large, is shown as text, and a note says why.
/// </remarks>
internal sealed partial class OutputRenderer(MarkdownRenderer markdown, RenderLimits limits, bool scripts)
{
    private const string Plotly = "application/vnd.plotly.v1+json", Svg = "image/svg+xml";
    private const int LongStream = 40; // lines; a longer stream is folded
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

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
        var shown = Terminal(text.TrimEnd('\n'));
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
        var details = trace.Length > 0 ? $"<pre>{Terminal(trace)}</pre>"
            : output.ErrorValue.Contains('\n') ? $"<pre>{Html.Escape(Html.Shortened(output.ErrorValue))}</pre>"
            : "";
        return "<div class=\"error\" role=\"alert\"><div class=\"what\">"
            + $"<strong>{Html.Escape(output.ErrorName)}</strong>: {Html.Escape(heading)}</div>{details}</div>\n";
    }

    private string Data(Output output)
    {
        try
        {
            return Richest(output);
        }
        catch (RenderException problem)
        {
            // Its own plain text, or else what another form was written as.
            return Html.Note($"This output is shown as text, because {problem.Message}.")
                + (Plain(output, "text/plain") ?? Plain(output, "text/html") ?? Plain(output, Svg));
        }
    }

    private string Richest(Output output)
    {
        if (output.Value(Plotly) is JsonObject figure && figure["data"] is JsonArray) return Figure(output, figure);
        // Preferred to the HTML that was made of it, because this page renders its formulas.
        if (output.Data("text/markdown") is { } text) return markdown.ToHtml(text);
        if (!scripts && Picture(output) is { } still) return still;
        if (output.Data("text/html") is { } html && OfHtml(html) is { Length: > 0 } shown) return shown;
        if (Picture(output) is { } picture) return picture;
        if (output.Data("text/latex") is { } latex) return markdown.ToHtml(latex);
        if (output.Value("application/json") is { } json)
            return $"<pre>{Terminal(limits.Run(() => NotebookJson.Readable(json)))}</pre>";
        if (scripts && output.Data("application/javascript") is { } script) return Html.Script(script);
        if (Plain(output, "text/plain") is { } plain) return plain;
        var types = string.Join(", ", output.MimeTypes);
        var kind = types.Length > 0 ? types : output.Type;
        return output.MimeTypes.Any(type => type is "text/html" or "application/javascript")
            ? Html.Note($"This output needs scripts to be shown: {kind}")
            : Html.Note($"This page cannot show an output of this kind: {kind}.");
    }

    /// <summary>HTML as the page may have it; empty if it shows nothing without its scripts.</summary>
    private string OfHtml(string html)
    {
        CheckLength(html);
        if (!scripts) return limits.Run(() => SafeHtml.Sanitized(html));
        var contained = limits.Run(() => SafeHtml.Contained(html));
        NeedsPlotly |= UsesPlotly().IsMatch(contained);
        return contained;
    }

    /// <summary>
    /// The static form of a plotly figure. The page's script replaces it if plotly can draw the figure.
    /// </summary>
    private string Figure(Output output, JsonObject figure)
    {
        var fixedForm = StaticFigure(output);
        if (!scripts) return $"<div class=\"figure\">{fixedForm}</div>";
        var json = limits.Run(() => NotebookJson.Compact(figure));
        CheckLength(json);
        NeedsPlotly = true;
        var data = Html.JsonAttribute(json);
        return $"<div class=\"figure\" data-plotly='{data}'><div class=\"static\">{fixedForm}</div></div>";
    }

    private string? StaticFigure(Output output)
    {
        try
        {
            if (Picture(output) is { } picture) return picture;
            if (output.Data("text/html") is { } html && !UsesPlotly().IsMatch(html)
                && OfHtml(html) is { Length: > 0 } shown)
            {
                return shown;
            }
            return Plain(output, "text/plain");
        }
        catch (RenderException problem)
        {
            return Html.Note($"There is no picture of this figure, because {problem.Message}.")
                + Plain(output, "text/plain");
        }
    }

    private string? Picture(Output output)
    {
        var alternative = output.Data("text/plain");
        // Inline, so that the picture can take the text colour of the page.
        if (output.Data(Svg) is { } svg) return limits.Run(() => SvgPicture.ToHtml(svg, alternative));
        foreach (var type in Pictures)
        {
            if (output.Data(type) is not { } data) continue;
            return $"<img alt=\"{Html.Escape(alternative)}\" src=\"{NotebookImages.DataUrl(type, data)}\">";
        }
        return null;
    }

    private static string? Plain(Output output, string type) =>
        output.Data(type) is { } text ? $"<pre class=\"plain\">{Terminal(text)}</pre>" : null;

    private static string Terminal(string text) => AnsiText.ToHtml(Html.Shortened(text));

    private static void CheckLength(string text)
    {
        if (text.Length > RenderLimits.LongestText) throw new RenderException("it is too large for a page");
    }

    [GeneratedRegex(@"\bPlotly\b")]
    private static partial Regex UsesPlotly();
}
