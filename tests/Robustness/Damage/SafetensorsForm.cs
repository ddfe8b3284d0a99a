using System.Buffers.Binary;

namespace Adr.Robustness.Damage;

/// <summary>A safetensors file: damaged anywhere, or in the JSON of its header, whose length is made right again.
/// </summary>
internal sealed class SafetensorsForm : Form
{
    internal override Damaged Damage(byte[] sample, byte[] other, Random random)
    {
        if (random.Next(2) == 0) return new(ByteForm.Change(sample, other, random));
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(sample);
        var header = JsonForm.Change(sample[8..(8 + length)], random);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return new([.. prefix, .. header, .. sample[(8 + length)..]]);
    }
}
