using System.Text;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Pictures in named rows, each with a caption: clean, adversarial, magnified perturbation.</summary>
public sealed class ImageGrid : View
{
    private const double Gap = 10, CaptionLine = 15;

    /// <summary>A grid of named rows.</summary>
    public ImageGrid(string title, params IReadOnlyList<(string Name, IReadOnlyList<Tile> Tiles)> rows)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(rows);
        (Title, Rows) = (title, [.. rows.Select(row => (row.Name, (IReadOnlyList<Tile>)[.. row.Tiles]))]);
    }

    /// <summary>What the grid shows.</summary>
    public string Title { get; }

    /// <summary>A smaller line under the title. Default: none.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The rows from the top.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<Tile> Tiles)> Rows { get; }

    /// <summary>The width of a picture on the page, in pixels. Default: 84.</summary>
    public int TileSize { get; init; } = 84;

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfPicture;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => LiveHtml.Image(Draw(), Title),
        Mime.Svg => Draw(),
        Mime.Text => Summary(),
        _ => throw NotOffered(mimeType),
    };

    private string Draw()
    {
        var svg = new SvgWriter();
        var names = Rows.Select(row => TextSize.Width(row.Name, 12)).DefaultIfEmpty(0).Max();
        var left = 6 + (names > 0 ? names + 12 : 0);
        var captions = Rows.SelectMany(row => row.Tiles).SelectMany(Lines).Select(line => TextSize.Width(line, 12));
        var slot = Math.Max(TileSize, captions.DefaultIfEmpty(0).Max()) + Gap;
        var top = string.IsNullOrEmpty(Subtitle) ? 36.0 : 54.0;
        svg.Text(6, 22, Title, 15, bold: true);
        if (!string.IsNullOrEmpty(Subtitle)) svg.Text(6, 40, Subtitle, 12, opacity: 0.8);
        foreach (var (name, tiles) in Rows)
        {
            var tall = tiles.Select(HeightOf).DefaultIfEmpty(TileSize).Max();
            svg.Text(6, top + tall / 2 + 4, name, 12);
            for (var i = 0; i < tiles.Count; i++)
            {
                var (tile, height) = (tiles[i], HeightOf(tiles[i]));
                var x = left + i * slot + (slot - Gap - TileSize) / 2;
                svg.Image(x, top, TileSize, height, tile.Image.PngBytes, $"{name}: {OneLine(tile.Caption)}");
                svg.Frame(x, top, TileSize, height, Color(tile.Verdict), tile.Verdict == Verdict.None ? 0.5 : 2);
                var lines = Lines(tile);
                for (var l = 0; l < lines.Length; l++)
                    svg.Text(x + TileSize / 2.0, top + tall + CaptionLine * (l + 1), lines[l], 12, Anchor.Middle);
            }
            var most = tiles.Select(tile => Lines(tile).Length).DefaultIfEmpty(0).Max();
            top += tall + Gap + (most > 0 ? 5 + CaptionLine * most : 0);
        }
        var widest = Rows.Select(row => row.Tiles.Count).DefaultIfEmpty(0).Max();
        var heading = Math.Max(TextSize.Width(Title, 16), TextSize.Width(Subtitle ?? "", 12));
        var width = Math.Max(left + widest * slot, 12 + heading);
        return svg.Document(width, top, Title, inline: false);
    }

    private string Summary()
    {
        var text = new StringBuilder(string.IsNullOrEmpty(Subtitle) ? Title : $"{Title}\n{Subtitle}");
        foreach (var (name, tiles) in Rows)
        {
            text.Append(name.Length == 0 ? $"\n{tiles.Count} images" : $"\n{name}: {tiles.Count} images");
            if (tiles.Any(tile => tile.Caption.Length > 0))
                text.Append(": ").AppendJoin(", ", tiles.Select(tile => OneLine(Marked(tile))));
        }
        return text.ToString();
    }

    private double HeightOf(Tile tile) => TileSize * (double)tile.Image.Height / tile.Image.Width;

    private static string OneLine(string caption) => caption.Replace('\n', ' ');

    private static string[] Lines(Tile tile) => tile.Caption.Length == 0 ? [] : Marked(tile).Split('\n');

    private static string Marked(Tile tile) => tile.Verdict switch
    {
        Verdict.Right => tile.Caption + " ✓",
        Verdict.Wrong => tile.Caption + " ✗",
        _ => tile.Caption,
    };

    private static string Color(Verdict verdict) => verdict switch
    {
        Verdict.Right => Palette.Good,
        Verdict.Wrong => Palette.Bad,
        _ => "#808080",
    };
}

/// <summary>One picture of a grid.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Caption">The text below it, such as label and prediction. It may have several lines.</param>
/// <param name="Verdict">Whether the prediction is correct.</param>
public sealed record Tile(PixelImage Image, string Caption = "", Verdict Verdict = Verdict.None);

/// <summary>How a caption is marked.</summary>
public enum Verdict
{
    /// <summary>There is no prediction.</summary>
    None,

    /// <summary>A correct prediction: green, with a tick.</summary>
    Right,

    /// <summary>A wrong prediction: orange, with a cross.</summary>
    Wrong,
}
