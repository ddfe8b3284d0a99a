using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>Prepares an executed notebook for readers whose program runs no scripts, such as a code host.</summary>
public static partial class StaticNotebook
{
    private const string Html = "text/html", Plain = "text/plain", Svg = "image/svg+xml";
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>Keeps of every output what shows without scripts.</summary>
    /// <remarks>
    /// Pictures and text stay; an SVG becomes an image in HTML, because JupyterLab shows no SVG of a notebook that it
    /// does not trust. HTML stays, without its scripts, where there is no picture of the same value. JSON, JavaScript
    /// and widgets go. An output of which nothing is left says what it was.
    /// </remarks>
    public static void Reduce(Notebook notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        foreach (var output in notebook.Cells.SelectMany(cell => cell.Outputs))
            if (output.Json["data"] is JsonObject data) Reduce(output, data);
    }

    /// <summary>Adapts relative links in Markdown, and relative paths of <c>#r</c> and <c>#load</c>, to the folder
    /// that a copy of the notebook lies in.</summary>
    /// <param name="notebook">The notebook.</param>
    /// <param name="from">The folder of the notebook.</param>
    /// <param name="to">The folder of the copy.</param>
    public static void Move(Notebook notebook, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        (from, to) = (Path.GetFullPath(from), Path.GetFullPath(to));
        if (from == to) return;
        foreach (var cell in notebook.Cells)
        {
            var paths = cell.Kind == CellKind.Code ? References() : cell.Kind == CellKind.Markdown ? Links() : null;
            if (paths is null) continue;
            var moved = paths.Replace(cell.Source, match => match.Groups["before"].Value
                + Path.GetRelativePath(to, Path.GetFullPath(match.Groups["path"].Value, from)).Replace('\\', '/'));
            if (moved != cell.Source) cell.Source = moved;
        }
    }

    private static void Reduce(Output output, JsonObject data)
    {
        var kinds = string.Join(", ", output.MimeTypes);
        var html = Pictures.Any(data.ContainsKey) ? null
            : output.Data(Svg) is { } svg ? Image(svg, output.Data(Plain))
            : output.Data(Html) is { } page ? MarkdownExporter.Static(page)
            : null;
        foreach (var type in output.MimeTypes.ToList())
            if (!Pictures.Contains(type) && (type == Html || !type.StartsWith("text/", StringComparison.Ordinal)))
                data.Remove(type);
        if (!string.IsNullOrEmpty(html)) data.Insert(0, Html, Multiline.Split(html));
        if (data.Count == 0) data[Plain] = Multiline.Split($"This output needs scripts to be shown: {kinds}");
    }

    private static string Image(string svg, string? text)
    {
        var title = Export.Html.Escape(text?.Split('\n')[0]);
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));
        return $"<img alt=\"{title}\" src=\"data:{Svg};base64,{data}\"/>";
    }

    [GeneratedRegex("""(?<before>\]\(|\b(?:src|href)=")(?<path>(?![A-Za-z][\w+.-]*:|[#/\s"])[^)\s"]+)""")]
    private static partial Regex Links();

    [GeneratedRegex("""^(?<before>[ \t]*#(?:r|load)[ \t]+")(?<path>\.{1,2}[/\\][^"]+)""", RegexOptions.Multiline)]
    private static partial Regex References();
}
