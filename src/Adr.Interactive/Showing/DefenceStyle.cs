namespace Adr.Interactive;

/// <summary>The colour of each defence, the same in every figure.</summary>
internal static class DefenceStyle
{
    private static readonly string[] Order = ["ADV", "ADR-ADV", "TRADES", "ADR-TRADES", "MART", "ADR-MART", "Madry", "Standard", "FGSM-RS", "Free"];

    /// <summary>The style of a defence's name, with AWP or without; null for any other name, whose place in the figure decides.</summary>
    internal static int? Of(string name)
    {
        var bare = name.EndsWith("-AWP", StringComparison.Ordinal) ? name[..^4] : name;
        var index = Array.IndexOf(Order, bare);
        return index < 0 ? null : index;
    }
}
