namespace Adr.Data;

/// <summary>Which of its two labels an image of CIFAR-100 goes by.</summary>
public enum CifarLabels
{
    /// <summary>One of 100 classes, such as "maple tree".</summary>
    Fine,

    /// <summary>One of 20 groups of five classes, such as "trees".</summary>
    Coarse,
}
