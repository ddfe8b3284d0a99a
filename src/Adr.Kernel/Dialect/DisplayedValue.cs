namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>A value that a cell shows and that any later code can replace, where it stands.</summary>
public sealed class DisplayedValue
{
    private readonly string[] mimeTypes;

    internal DisplayedValue(string displayId, string[] mimeTypes)
    {
        DisplayId = displayId;
        this.mimeTypes = mimeTypes;
    }

    /// <summary>The name under which the value is shown.</summary>
    public string DisplayId { get; }

    /// <summary>The MIME types it was asked to be shown in; empty for its type's preferred ones.</summary>
    public IReadOnlyCollection<string> MimeTypes => mimeTypes;

    /// <summary>Shows another value in this one's place, in the same MIME types.</summary>
    public void Update(object? updatedValue) => Kernel.Running.Update(DisplayId, updatedValue, mimeTypes);
}
