namespace Adr.Interactive;

/// <summary>The shape of a point.</summary>
public enum Symbol
{
    /// <summary>A filled disc.</summary>
    Circle,

    /// <summary>A filled square.</summary>
    Square,

    /// <summary>A filled diamond.</summary>
    Diamond,

    /// <summary>A filled triangle.</summary>
    Triangle,

    /// <summary>A diagonal cross.</summary>
    Cross,
}
