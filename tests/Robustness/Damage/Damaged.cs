namespace Adr.Robustness.Damage;

/// <summary>A valid file of a format.</summary>
/// <param name="File">Its name, by which the parser knows what it is.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Form">What it is made of, so that damage can reach each layer.</param>
internal sealed record Sample(string File, byte[] Bytes, Form Form);

/// <summary>A sample after damage.</summary>
/// <param name="Bytes">What the parser is given.</param>
/// <param name="IsCovered">Whether a checksum inside the file covers what was changed, so that the parser must refuse
/// it or read the same content.</param>
internal sealed record Damaged(byte[] Bytes, bool IsCovered = false);

/// <summary>What a file is made of: bytes, text, JSON, a compressed stream of one of these, and so on.</summary>
internal abstract class Form
{
    /// <summary>Damages a sample.</summary>
    /// <param name="sample">Valid bytes of this form.</param>
    /// <param name="other">Another sample of the same parser, perhaps the same one, to splice with.</param>
    /// <param name="random">Decides where and how.</param>
    internal abstract Damaged Damage(byte[] sample, byte[] other, Random random);
}
