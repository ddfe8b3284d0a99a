using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Small multiples: figures side by side, one below the other on a narrow page.</summary>
public sealed class FigureRow : View
{
    /// <summary>Figures from left to right.</summary>
    public FigureRow(params IReadOnlyList<Figure> figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        Figures = [.. figures];
    }

    /// <summary>The figures.</summary>
    public IReadOnlyList<Figure> Figures { get; }

    /// <summary>Lines under the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfPicture;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => LiveHtml.Document(Html(figure => figure.LivePart())),
        Mime.Svg => Svg(),
        Mime.Text => string.Join("\n\n", [.. Figures.Select(figure => figure.As(Mime.Text)), .. Notes]),
        _ => throw NotOffered(mimeType),
    };

    /// <summary>The row as HTML without scripts, for output that is replaced every second.</summary>
    internal string Static() => Html(figure => figure.Picture().Document(inline: true));

    private string Html(Func<Figure, string> part)
    {
        var parts = Figures.Select(figure => $"<div style=\"{Place(figure)}\">{part(figure)}</div>");
        return "<div style=\"display:flex;flex-wrap:wrap;gap:12px\">\n"
            + $"{string.Join('\n', parts)}\n</div>{NoteLines(Notes)}";
    }

    private static string Place(Figure figure) =>
        $"flex:1 1 {Math.Min(figure.Width, 320)}px;min-width:0;max-width:{figure.Width}px";

    private string Svg()
    {
        var svg = new SvgWriter();
        double x = 0;
        foreach (var figure in Figures)
        {
            svg.Part(x, figure.Picture().Draw());
            x += figure.Width + 12;
        }
        var (width, height) = (Math.Max(x - 12, 1), Figures.Select(f => f.Height).DefaultIfEmpty(1).Max());
        return svg.Document(width, height, string.Join("; ", Figures.Select(f => f.Title)), inline: false);
    }
}
