using System.Text;

namespace Adr.Robustness.Damage;

/// <summary>A tar archive: damaged anywhere, or in a header whose own sum is made right again.</summary>
internal sealed class TarForm : Form
{
    private const int Block = 512, Sum = 148, SumLength = 8;

    internal override Damaged Damage(byte[] sample, byte[] other, Random random)
    {
        if (random.Next(2) == 0) return new(ByteForm.Change(sample, other, random));
        byte[] header = [.. sample[..Block]];
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            // A header's fields are text, and most are octal numbers.
            var at = random.Next(345);
            header[at] = (byte)"07 \0/8\xFF"[random.Next(7)];
        }
        Encoding.ASCII.GetBytes(new string(' ', SumLength)).CopyTo(header, Sum);
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(one => one), 8).PadLeft(6, '0') + "\0 ")
            .CopyTo(header, Sum);
        return new([.. header, .. sample[Block..]]);
    }
}
