namespace Adr.Attacks;

/// <summary>The norm that measures a perturbation δ = x' − x.</summary>
public enum Norm
{
    /// <summary>L∞: the largest |δ| over all coordinates.</summary>
    Linf,

    /// <summary>L2: the square root of the sum of squares over all coordinates.</summary>
    L2,

    /// <summary>L1: the sum of |δ| over all coordinates.</summary>
    L1,
}

/// <summary>How norms are written.</summary>
public static class Norms
{
    /// <summary>As in tables: "L∞", "L2", "L1".</summary>
    public static string Symbol(this Norm norm) => norm == Norm.Linf ? "L∞" : norm.ToString();
}
