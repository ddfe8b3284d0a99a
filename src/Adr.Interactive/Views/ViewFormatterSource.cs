namespace Adr.Interactive;

/// <summary>Formats any <see cref="View"/> by asking it; found through <see cref="TypeFormatterSourceAttribute"/>.</summary>
internal sealed class ViewFormatterSource
{
    /// <summary>One formatter for each MIME type.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
        [new ViewFormatter(Mime.Plotly), new ViewFormatter(Mime.Html), new ViewFormatter(Mime.Svg), new ViewFormatter(Mime.Text)];

    private sealed class ViewFormatter(string mimeType)
    {
        /// <summary>The type that <see cref="Format"/> writes.</summary>
        public string MimeType { get; } = mimeType;

        /// <summary>Writes the view; false where it does not come in this type.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not View view || !view.MimeTypes.Contains(MimeType)) return false;
            writer.Write(view.As(MimeType));
            return true;
        }
    }
}
