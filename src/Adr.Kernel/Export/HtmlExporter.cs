using System.Text;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Writes a notebook as one HTML file that needs no network and no other file.</summary>
/// <remarks>
/// <para>
/// Formulas are rendered during the export, with KaTeX. Figures are live through plotly.js, which is embedded once and
/// only if a figure needs it. Without scripts, a static picture of each figure is shown.
/// </para>
/// <para>
/// A content security policy in the file forbids requests. Text is sanitised. HTML outputs keep their scripts, but they
/// are closed, and nothing in them leads away from the page or sends a request without a script. A part of the
/// notebook that cannot be rendered is shown as text, and a note says why.
/// </para>
/// </remarks>
public static class HtmlExporter
{
    /// <summary>The page of a notebook.</summary>
    public static string Export(Notebook notebook, HtmlOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        options ??= new HtmlOptions();
        var limits = new RenderLimits();
        var markdown = new MarkdownRenderer(options.SourceFolder, limits);
        var outputs = new OutputRenderer(markdown, limits, options.Scripts);
        var cells = new CellRenderer(markdown, outputs, limits, options.FoldCode);
        var body = new StringBuilder();
        foreach (var cell in notebook.Cells) cells.Render(cell, body);
        return Page.Write(new Page.Content(
            options.Title ?? notebook.Title ?? "Notebook", body.ToString(), markdown.Contents, cells.HasCode,
            markdown.UsedMath ? markdown.MathStyle() : "", options.Scripts && outputs.NeedsPlotly, options.Scripts));
    }

    /// <summary>
    /// Writes the page of a notebook. At any time, the file is either the old one or the new one.
    /// </summary>
    public static void Save(Notebook notebook, string path, HtmlOptions? options = null) =>
        AtomicFile.Write(path, Export(notebook, options));
}

/// <summary>How a notebook becomes an HTML page.</summary>
public sealed record HtmlOptions
{
    /// <summary>The title of the page; null for the first heading of the notebook.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// The folder of images that Markdown names by a relative path; null if such images become links. Files outside it
    /// are not read, whatever links lead to them.
    /// </summary>
    public string? SourceFolder { get; init; }

    /// <summary>Whether code is folded until the reader opens it. Default: false.</summary>
    public bool FoldCode { get; init; }

    /// <summary>
    /// Whether scripts may run on the page, for live figures and in HTML outputs. Default: true. Without scripts,
    /// figures are static, HTML outputs are sanitised, and the page's policy forbids scripts.
    /// </summary>
    public bool Scripts { get; init; } = true;
}
