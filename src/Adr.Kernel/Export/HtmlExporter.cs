using System.Text;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Writes a notebook as one HTML file that needs nothing else: no network, no other file.</summary>
/// <remarks>
/// Mathematics is rendered while exporting (KaTeX). Figures are live through plotly.js, which is embedded once, and only where a
/// figure needs it; without scripts their static picture is seen. A content security policy in the file forbids every request.
/// </remarks>
public static class HtmlExporter
{
    /// <summary>The page of a notebook.</summary>
    public static string Export(Notebook notebook, HtmlOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        options ??= new HtmlOptions();
        var markdown = new MarkdownRenderer(options.SourceFolder);
        var outputs = new OutputRenderer(markdown, options.Scripts);
        var cells = new CellRenderer(markdown, outputs, options.FoldCode);
        var body = new StringBuilder();
        foreach (var cell in notebook.Cells) cells.Render(cell, body);
        return Page.Write(new Page.Content(
            options.Title ?? notebook.Title ?? "Notebook", body.ToString(), markdown.Contents, cells.HasCode,
            markdown.UsedMath ? markdown.MathStyle() : "", options.Scripts && outputs.NeedsPlotly, options.Scripts, options.Footer));
    }

    /// <summary>Writes the page of a notebook; the file is the old one or the new one, never half.</summary>
    public static void Save(Notebook notebook, string path, HtmlOptions? options = null) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(Export(notebook, options)));
}
