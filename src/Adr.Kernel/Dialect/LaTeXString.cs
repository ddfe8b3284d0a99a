namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>LaTeX, which a notebook renders: text and formulas.</summary>
[TypeFormatterSource(typeof(LaTeXFormatterSource), PreferredMimeTypes = [LaTeXFormatterSource.MimeType, "text/plain"])]
public class LaTeXString
{
    private readonly string latex;

    /// <summary>Takes LaTeX as it is.</summary>
    public LaTeXString(string latex)
    {
        ArgumentNullException.ThrowIfNull(latex);
        this.latex = latex;
    }

    /// <summary>Takes LaTeX as it is.</summary>
    public static implicit operator LaTeXString(string latex) => new(latex);

    /// <summary>The LaTeX.</summary>
    public sealed override string ToString() => latex;
}
