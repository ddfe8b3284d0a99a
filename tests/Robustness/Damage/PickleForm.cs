using System.Text;

namespace Adr.Robustness.Damage;

/// <summary>A pickle: damaged anywhere, or with instructions where they do not belong.</summary>
internal sealed class PickleForm : Form
{
    private static readonly byte[][] Instructions =
    [
        .. "(}])0N1tesuabRoQ."u8.ToArray().Select(one => new[] { one }),
        [0x81], [0x85], [0x86], [0x87], [0x88], [0x93], [0x94], [0x8F], [0x90], [0x92],
        [.. "h"u8, 0], [.. "q"u8, 7], [.. "K"u8, 255], [.. "j"u8, 1, 0, 0, 0], [.. "r"u8, 255, 255, 255, 127],
        [.. "J"u8, 255, 255, 255, 255], [0x8A, 8, 255, 255, 255, 255, 255, 255, 255, 127], [0x8A, 255], [0x8A, 0],
        [.. "X"u8, 255, 255, 255, 127], [.. "X"u8, 255, 255, 255, 255], [.. "B"u8, 255, 255, 255, 3], [0x8C, 255],
        [0x80, 4], [0x95, 255, 255, 255, 255, 255, 255, 255, 255], [.. "G"u8, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0],
        .. new[]
        {
            "cposix\nsystem\n", "cbuiltins\neval\n", "ctorch\nFloatStorage\n", "ctorch\nQInt8Storage\n",
            "ccollections\nOrderedDict\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n",
            "iposix\nsystem\n", "I1\n", "L99999999999999999999999999L\n", "S'a'\n", "F1e400\n", "P0\n", "g0\n", "p0\n",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    internal override Damaged Damage(byte[] sample, byte[] other, Random random)
    {
        if (random.Next(2) == 0) return new(ByteForm.Change(sample, other, random));
        var (bytes, instruction) = (sample, Instructions[random.Next(Instructions.Length)]);
        var times = random.Next(8) == 0 ? random.Next(1, 100_000) : 1;
        // what is written over keeps the rest in its place
        var at = random.Next(bytes.Length + 1);
        var rest = random.Next(2) == 0 ? at : Math.Min(bytes.Length, at + instruction.Length);
        return new([.. bytes[..at], .. Enumerable.Repeat(instruction, times).SelectMany(one => one), .. bytes[rest..]]);
    }
}
