namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>One formula, which a notebook renders on a line of its own.</summary>
[TypeFormatterSource(typeof(LaTeXFormatterSource), PreferredMimeTypes = [LaTeXFormatterSource.MimeType, "text/plain"])]
public sealed class MathString
{
    private readonly string formula;

    /// <summary>Takes a formula without its dollar signs.</summary>
    public MathString(string formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        this.formula = formula;
    }

    /// <summary>Takes a formula without its dollar signs.</summary>
    public static implicit operator MathString(string formula) => new(formula);

    /// <summary>The formula between double dollar signs.</summary>
    public override string ToString() => $"$${formula}$$";
}
