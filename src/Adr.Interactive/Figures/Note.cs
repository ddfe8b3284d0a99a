namespace Adr.Interactive;

/// <summary>A text at a place of a scatter plot: the class of a cluster.</summary>
/// <param name="X">Horizontal position in data units.</param>
/// <param name="Y">Vertical position in data units.</param>
/// <param name="Text">What it says.</param>
public sealed record Note(double X, double Y, string Text);
