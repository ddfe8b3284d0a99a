namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>Shows <see cref="LaTeXString"/> and <see cref="MathString"/> as what their text is.</summary>
internal sealed class LaTeXFormatterSource : ITypeFormatterSource
{
    internal const string MimeType = "text/latex";

    /// <inheritdoc/>
    public IEnumerable<ITypeFormatter> CreateTypeFormatters() => [new TextFormatter(typeof(LaTeXString)), new TextFormatter(typeof(MathString))];

    private sealed class TextFormatter(Type type) : ITypeFormatter
    {
        /// <inheritdoc/>
        public string MimeType => LaTeXFormatterSource.MimeType;

        /// <inheritdoc/>
        public Type Type => type;

        /// <inheritdoc/>
        public bool Format(object instance, FormatContext context)
        {
            if (!type.IsInstanceOfType(instance)) return false;
            context.Writer.Write(instance.ToString());
            return true;
        }
    }
}
