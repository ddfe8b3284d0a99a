namespace Adr.Interactive;

/// <summary>Views one below the other.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Html, Mime.Text])]
public sealed class ViewStack : View
{
    private static readonly string[] Types = [Mime.Html, Mime.Text];

    /// <summary>Views from the top.</summary>
    public ViewStack(params IReadOnlyList<View> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        Views = [.. views];
    }

    /// <summary>The views.</summary>
    public IReadOnlyList<View> Views { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Types;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => string.Join('\n', Views.Select(view => $"<div style=\"margin-bottom:14px\">{view.As(Mime.Html)}</div>")),
        Mime.Text => string.Join("\n\n", Views.Select(view => view.As(Mime.Text))),
        _ => throw NotOffered(mimeType),
    };
}
