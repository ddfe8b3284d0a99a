namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>One formula, given without its dollar signs, which a notebook renders on a line of its own.</summary>
public sealed class MathString(string formula) : LaTeXString($"$${formula}$$")
{
    /// <summary>Takes a formula without its dollar signs.</summary>
    public static implicit operator MathString(string formula) => new(formula);
}
