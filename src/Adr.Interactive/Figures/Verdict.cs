namespace Adr.Interactive;

/// <summary>How a caption is marked.</summary>
public enum Verdict
{
    /// <summary>Not judged.</summary>
    None,

    /// <summary>A right prediction: green, with a tick.</summary>
    Right,

    /// <summary>A wrong prediction: orange, with a cross.</summary>
    Wrong,
}
