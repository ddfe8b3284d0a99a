namespace Adr.Interactive;

/// <summary>Views one below the other.</summary>
public sealed class ViewStack : View
{
    /// <summary>Views from the top.</summary>
    public ViewStack(params IReadOnlyList<View> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        Views = [.. views];
    }

    /// <summary>The views.</summary>
    public IReadOnlyList<View> Views { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfTable;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => string.Join('\n', Views.Select(Part)),
        Mime.Text => string.Join("\n\n", Views.Select(view => view.As(Mime.Text))),
        _ => throw NotOffered(mimeType),
    };

    private static string Part(View view) => $"<div style=\"margin-bottom:14px\">{view.As(Mime.Html)}</div>";
}
