namespace Adr.Interactive;

/// <summary>One picture of a grid.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Caption">What stands under it: label, prediction, confidence; may have several lines.</param>
/// <param name="Verdict">Whether the prediction is right.</param>
public sealed record Tile(PixelImage Image, string Caption = "", Verdict Verdict = Verdict.None);
