using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Cells as HTML.</summary>
internal sealed class CellRenderer(MarkdownRenderer markdown, OutputRenderer outputs, bool foldCode)
{
    /// <summary>True once a cell with code was written.</summary>
    internal bool HasCode { get; private set; }

    /// <summary>Writes one cell.</summary>
    internal void Render(Cell cell, StringBuilder html)
    {
        switch (cell.Kind)
        {
            case CellKind.Markdown:
                html.Append($"<section class=\"cell text\">\n{markdown.ToHtml(cell.Source, cell.Json["attachments"] as JsonObject)}</section>\n");
                break;
            case CellKind.Code:
                html.Append("<section class=\"cell code\">\n");
                Code(cell, html);
                if (!IsHidden(cell, "outputs_hidden", "remove-output")) outputs.Render(cell.ShownOutputs, html);
                html.Append("</section>\n");
                break;
            default:
                html.Append($"<section class=\"cell raw\"><pre>{Html.Escape(cell.Source)}</pre></section>\n");
                break;
        }
    }

    private void Code(Cell cell, StringBuilder html)
    {
        if (string.IsNullOrWhiteSpace(cell.Source) || cell.HasTag("remove-input")) return;
        HasCode = true;
        var folded = foldCode || IsHidden(cell, "source_hidden", "hide-input");
        var label = cell.HasTag("injected-parameters") ? "parameters of this run" : cell.HasTag("parameters") ? "parameters" : "";
        var number = cell.ExecutionCount is { } count ? $"[{count}]" : "[ ]";
        html.Append($"<details class=\"source{(cell.HasTag("injected-parameters") ? " injected" : "")}\"{(folded ? "" : " open")}><summary><span class=\"number\">{number}</span>");
        if (label.Length > 0) html.Append($" <span class=\"label\">{label}</span>");
        if (Seconds(cell) is { } seconds) html.Append($" <span class=\"time\">{seconds}</span>");
        html.Append($"</summary><pre><code>{Coloured(cell)}</code></pre></details>\n");
    }

    private static string Coloured(Cell cell)
    {
        var isForeign = cell.KernelName is { } kernel && kernel is not ("csharp" or "C#" or "c#");
        return isForeign ? Html.Escape(cell.Source) : CodeHighlighter.Highlight(cell.Source);
    }

    /// <summary>How long the cell ran in the run that its number and outputs are of; null where nobody says so, and under a second.</summary>
    private static string? Seconds(Cell cell)
    {
        if (cell.ExecutionCount is null || (ByExecution(cell) ?? ByPapermill(cell)) is not { } seconds || seconds < 1) return null;
        return seconds < 60
            ? seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
            : string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)} min {(int)seconds % 60:00} s");
    }

    // This library's runs, nbclient's and JupyterLab's.
    private static double? ByExecution(Cell cell) =>
        Time(cell, "iopub.execute_input") is { } begun && Time(cell, "shell.execute_reply") is { } ended ? (ended - begun).TotalSeconds : null;

    private static double? ByPapermill(Cell cell) =>
        NotebookJson.At(cell.Json["metadata"], "papermill", "duration") is JsonValue duration && duration.TryGetValue<double>(out var seconds) ? seconds : null;

    private static DateTimeOffset? Time(Cell cell, string key) =>
        DateTimeOffset.TryParse(NotebookJson.TextAt(cell.Json["metadata"], "execution", key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static bool IsHidden(Cell cell, string flag, string tag) =>
        cell.HasTag(tag) || (NotebookJson.At(cell.Json["metadata"], "jupyter", flag) is JsonValue value && value.TryGetValue<bool>(out var hidden) && hidden);
}
