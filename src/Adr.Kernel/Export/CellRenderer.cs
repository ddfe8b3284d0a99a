using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Writes cells as HTML.</summary>
internal sealed class CellRenderer(
    MarkdownRenderer markdown, OutputRenderer outputs, RenderLimits limits, bool foldCode)
{
    /// <summary>Whether a cell with code has been written.</summary>
    internal bool HasCode { get; private set; }

    /// <summary>Writes a cell.</summary>
    internal void Render(Cell cell, StringBuilder html)
    {
        switch (cell.Kind)
        {
            case CellKind.Markdown:
                var text = markdown.ToHtml(cell.Source, cell.Json["attachments"] as JsonObject);
                html.Append($"<section class=\"cell text\">\n{text}</section>\n");
                break;
            case CellKind.Code:
                html.Append("<section class=\"cell code\">\n");
                Code(cell, html);
                if (!IsHidden(cell, "outputs_hidden", "remove-output")) outputs.Render(cell.ShownOutputs, html);
                html.Append("</section>\n");
                break;
            default:
                var raw = Html.Escape(Html.Shortened(cell.Source));
                html.Append($"<section class=\"cell raw\"><pre>{raw}</pre></section>\n");
                break;
        }
    }

    private void Code(Cell cell, StringBuilder html)
    {
        if (string.IsNullOrWhiteSpace(cell.Source) || cell.HasTag("remove-input")) return;
        HasCode = true;
        var isInjected = cell.HasTag("injected-parameters");
        var label = isInjected ? "parameters of this run" : cell.HasTag("parameters") ? "parameters" : "";
        var number = cell.ExecutionCount is { } count ? $"[{count}]" : "[ ]";
        var open = foldCode || IsHidden(cell, "source_hidden", "hide-input") ? "" : " open";
        html.Append($"<details class=\"source{(isInjected ? " injected" : "")}\"{open}>");
        html.Append($"<summary><span class=\"number\">{number}</span>");
        if (label.Length > 0) html.Append($" <span class=\"label\">{label}</span>");
        if (Seconds(cell) is { } seconds) html.Append($" <span class=\"time\">{seconds}</span>");
        html.Append($"</summary><pre><code>{Coloured(cell)}</code></pre></details>\n");
    }

    private string Coloured(Cell cell)
    {
        var isForeign = cell.KernelName is { } kernel && kernel is not ("csharp" or "C#" or "c#");
        return isForeign
            ? Html.Escape(Html.Shortened(cell.Source))
            : CodeHighlighter.Highlight(cell.Source, limits);
    }

    /// <summary>
    /// How long the cell took in the run that produced its number and outputs; null if it is unknown or below a second.
    /// </summary>
    private static string? Seconds(Cell cell)
    {
        if (cell.ExecutionCount is null) return null;
        if ((ByExecution(cell) ?? ByPapermill(cell)) is not (>= 1 and < 1e7 and var seconds)) return null;
        return seconds < 60
            ? seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
            : string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)} min {(int)seconds % 60:00} s");
    }

    // As this library, nbclient and JupyterLab record it.
    private static double? ByExecution(Cell cell) =>
        Time(cell, "iopub.execute_input") is { } begun && Time(cell, "shell.execute_reply") is { } ended
            ? (ended - begun).TotalSeconds
            : null;

    private static double? ByPapermill(Cell cell) => Value<double>(cell, "papermill", "duration");

    private static DateTimeOffset? Time(Cell cell, string key)
    {
        var text = NotebookJson.TextAt(cell.Json["metadata"], "execution", key);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
    }

    private static bool IsHidden(Cell cell, string flag, string tag) =>
        cell.HasTag(tag) || Value<bool>(cell, "jupyter", flag) == true;

    private static T? Value<T>(Cell cell, string group, string key) where T : struct =>
        NotebookJson.At(cell.Json["metadata"], group, key) is JsonValue value && value.TryGetValue<T>(out var found)
            ? found
            : null;
}
