namespace Adr.Attacks;

/// <summary>The norm that measures a perturbation δ = x' − x.</summary>
public enum Norm
{
    /// <summary>L∞: the largest |δ| over all coordinates.</summary>
    Linf,

    /// <summary>L2: the square root of the sum of squares over all coordinates.</summary>
    L2,
}
