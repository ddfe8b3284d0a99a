using System.Globalization;

namespace Adr.Kernel.Jupyter;

/// <summary>Remembers the last messages, so that one that somebody recorded and sends again is not taken.</summary>
/// <remarks>
/// A client that repeats itself gives each message an id and a date of its own, and so another signature.
/// </remarks>
internal sealed class TakenMessages
{
    /// <summary>How many messages are remembered at least. At most, they are twice as many.</summary>
    internal const int Remembered = 1 << 16;

    private HashSet<UInt128> last = [], before = []; // halves of signatures, which is enough to tell them apart

    /// <summary>Whether a message has not come before. From then on, it has.</summary>
    internal bool Add(JupyterMessage message)
    {
        if (message.Signature.Length == 0) return true; // Anybody could change a message that is not signed.
        var half = UInt128.Parse(message.Signature.AsSpan(0, 32), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (before.Contains(half) || !last.Add(half)) return false;
        if (last.Count == Remembered) (last, before) = ([], last);
        return true;
    }
}
