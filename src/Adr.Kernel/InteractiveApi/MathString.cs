namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>A formula, without its dollar signs, that a notebook renders on a line of its own.</summary>
public sealed class MathString(string formula) : LaTeXString($"$${formula}$$")
{
    /// <summary>Converts a formula without its dollar signs.</summary>
    public static implicit operator MathString(string formula) => new(formula);
}
