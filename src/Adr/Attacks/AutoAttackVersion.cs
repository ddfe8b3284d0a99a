namespace Adr.Attacks;

/// <summary>The named lists of attacks of Auto-Attack (Croce and Hein 2020, section 5, and its reference implementation).</summary>
public enum AutoAttackVersion
{
    /// <summary>APGD-CE, APGD-T, FAB-T, Square: what the field means by "Auto-Attack".</summary>
    Standard,

    /// <summary>APGD-CE and APGD-DLR with 5 restarts, FAB with 5 restarts, Square, APGD-T, FAB-T: several times dearer.</summary>
    Plus,

    /// <summary>APGD-CE and APGD-DLR, each gradient the mean of 20: for models that answer at random.</summary>
    Rand,
}
