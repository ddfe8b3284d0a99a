using System.Text;

namespace Adr.Kernel.Running;

/// <summary>
/// Text as a terminal shows it. A carriage return goes back to the start of the line, and the text after it overwrites
/// the line.
/// </summary>
/// <remarks>
/// Escape sequences, such as colours, consist of characters that take no space. A line that contains one is therefore
/// not overwritten letter by letter, but is cut off where the overwriting begins.
/// </remarks>
internal sealed class TerminalText
{
    private readonly StringBuilder text = new();
    private int lineStart; // of the last line
    private int cursor;
    private bool hasEscapes; // in the last line

    internal void Append(ReadOnlySpan<char> written)
    {
        while (!written.IsEmpty)
        {
            var control = written.IndexOfAny('\r', '\n', '\b');
            Put(control < 0 ? written : written[..control]);
            if (control < 0) return;
            switch (written[control])
            {
                case '\r':
                    cursor = lineStart;
                    break;
                case '\b':
                    cursor = Math.Max(cursor - 1, lineStart);
                    break;
                default:
                    text.Append('\n');
                    cursor = lineStart = text.Length;
                    hasEscapes = false;
                    break;
            }
            written = written[(control + 1)..];
        }
    }

    public override string ToString() => text.ToString();

    private void Put(ReadOnlySpan<char> part)
    {
        if (part.IsEmpty) return;
        hasEscapes |= part.Contains('\u001b');
        if (hasEscapes && cursor < text.Length) text.Length = cursor;
        var over = Math.Min(part.Length, text.Length - cursor);
        for (var i = 0; i < over; i++) text[cursor + i] = part[i];
        text.Append(part[over..]);
        cursor += part.Length;
    }
}
