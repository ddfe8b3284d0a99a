using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Small multiples: figures side by side, one below the other on a narrow page.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Html, Mime.Svg, Mime.Text])]
public sealed class FigureRow : View
{
    private static readonly string[] Types = [Mime.Html, Mime.Svg, Mime.Text];

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
    public override IReadOnlyList<string> MimeTypes => Types;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => LiveHtml.Document(Html(figure => figure.LivePart())),
        Mime.Svg => Svg(),
        Mime.Text => string.Join("\n\n", [.. Figures.Select(figure => figure.As(Mime.Text)), .. Notes]),
        _ => throw NotOffered(mimeType),
    };

    /// <summary>The row as HTML without scripts: for what is replaced every second.</summary>
    internal string Static() => Html(figure => figure.Picture(inline: true));

    private string Html(Func<Figure, string> part)
    {
        var parts = Figures.Select(figure => $"<div style=\"flex:1 1 {Math.Min(figure.Width, 320)}px;min-width:0;max-width:{figure.Width}px\">{part(figure)}</div>");
        return $"<div style=\"display:flex;flex-wrap:wrap;gap:12px\">\n{string.Join('\n', parts)}\n</div>{NoteLines(Notes)}";
    }

    private string Svg()
    {
        var svg = new SvgWriter();
        double x = 0;
        foreach (var figure in Figures)
        {
            svg.Part(x, figure.Draw());
            x += figure.Width + 12;
        }
        return svg.Document(Math.Max(x - 12, 1), Figures.Select(f => f.Height).DefaultIfEmpty(1).Max(), string.Join("; ", Figures.Select(f => f.Title)), inline: false);
    }
}
